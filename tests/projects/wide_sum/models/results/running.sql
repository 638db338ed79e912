select
    account_id,
    sum(cast(amount as decimal(38,10))) over (partition by account_id) as amount
from {{ ref('stg_lines') }}
