-- Every check of the reconciliation passes.
select *
from {{ ref('reconciliation') }}
where
    severity = 'check'
    and not passed
