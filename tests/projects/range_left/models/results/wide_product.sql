select
    cast(9999999999999999999 as decimal(38,10)) * cast(9999999999999999999 as decimal(38,10)) as amount
from {{ ref('stg_lines') }}
