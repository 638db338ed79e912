select
    account_id,
    sum(hours) as hours
from {{ ref('stg_hours') }}
group by account_id
