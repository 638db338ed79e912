select payer_account_id, amount from {{ ref('costs') }} where amount > {{ var('most_of_payer') }}
