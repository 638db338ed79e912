select
    account_id,
    line_id as account_id
from {{ ref('stg_lines') }}
