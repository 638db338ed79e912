select
    account_id,
    amount
from {{ ref('stg_line') }}
