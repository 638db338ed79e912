select
    cast(9999999999999999999 as decimal(38,0)) * cast(99999999999999999990 as decimal(38,0)) as amount
from {{ ref('stg_lines') }}
