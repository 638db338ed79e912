select amount from {{ ref('costs') }} where amount > 30
