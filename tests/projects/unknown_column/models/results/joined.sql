select account_id
from {{ ref('stg_lines') }} as a
inner join {{ ref('stg_lines') }} as b
    on a.line_id = b.line_id
