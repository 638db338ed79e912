-- Fixed weights of shared charges are there, and are not negative.
select *
from {{ ref('shared_charge_shares') }}
where weight < {{ zero() }} or weight is null
