select
    payer_account_id,
    max(factor) as factor,
    cast(sum(amount) as decimal(28,10)) as amount
from {{ ref('stg_lines') }}
group by payer_account_id
