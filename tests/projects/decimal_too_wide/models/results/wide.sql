select
    account_id,
    cast(amount as decimal(40, 10)) as amount
from {{ ref('costs') }}
