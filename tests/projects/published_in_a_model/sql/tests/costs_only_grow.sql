select b.account_id
from {{ source('published', 'costs') }} as b
inner join {{ ref('costs') }} as c
    on b.account_id = c.account_id
where c.amount < b.amount
