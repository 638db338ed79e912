select *
from {{ ref('reconciliation') }}
where not passed
