select *
from {{ ref('shared_charge_shares') }}
where weight < {{ zero() }} or weight is null
