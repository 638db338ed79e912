select account_id, amount from {{ ref('costs') }} where amount > 30
