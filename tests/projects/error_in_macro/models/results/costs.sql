select
    account_id,
    {{ share('amount') }} as amount
from {{ ref('stg_lines') }}
