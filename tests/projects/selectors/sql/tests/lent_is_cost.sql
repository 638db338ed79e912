select c.account_id
from {{ ref('costs') }} as c
inner join {{ ref('lent') }} as l
    on c.account_id = l.account_id
where c.amount <> l.amount
