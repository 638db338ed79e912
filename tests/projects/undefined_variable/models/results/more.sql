select
    account_id,
    amount * {{ var('factr') }} as amount
from {{ ref('stg_lines') }}
