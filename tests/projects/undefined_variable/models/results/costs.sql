select
    account_id,
    amount * {{ factr }} as amount
from {{ ref('stg_lines') }}
