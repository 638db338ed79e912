-- A plan's table begins at 0 and has neither a gap nor an overlap, and its
-- minimum is known once.
with

tiers as (
    select
        t.support_plan,
        t.from_amount,
        lag(t.to_amount) over (
            partition by t.support_plan
            order by t.from_amount, t.to_amount
        ) as amount_before,
        row_number() over (
            partition by t.support_plan
            order by t.from_amount, t.to_amount
        ) as place
    from {{ ref('support_tiers') }} as t
    where {{ in_force('t') }}
)

select support_plan
from tiers
where
    (place = 1 and from_amount <> {{ zero() }})
    or (place > 1 and amount_before is null)
    or (place > 1 and from_amount <> amount_before)

union all

select p.support_plan
from {{ ref('support_plans') }} as p
where {{ in_force('p') }}
group by p.support_plan
having count(*) > 1
