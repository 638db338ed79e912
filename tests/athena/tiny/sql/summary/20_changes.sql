-- Changes: of every payer's factor
select
    n.payer_account_id,
    b.factor as factor_before,
    n.factor as factor_after,
    b.billing_period
from {{ ref('costs') }} as n
inner join {{ source('published', 'costs') }} as b on n.payer_account_id = b.payer_account_id
where n.factor <> b.factor
order by n.payer_account_id
