select *
from {{ ref('reconciliation') }}
where
    severity = 'check'
    and not passed
