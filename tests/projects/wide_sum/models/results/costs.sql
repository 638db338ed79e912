select
    account_id,
    sum(amount * amount) as amount
from {{ ref('stg_lines') }}
group by account_id
