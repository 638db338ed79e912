select
    account_id,
    -- Whole numbers are multiplied alike everywhere.
    count(*) * 2 as two_for_each_line,
    sum(amount) / 2 as half
from {{ ref('stg_lines') }}
group by account_id
