-- A rule whose bearers or weight cannot be read would share by accident, parts
-- that are not 100 per cent would lose money or make some, and support of a
-- plan that is not known would go by another.
with

rules as (
    select r.*
    from {{ ref('shared_charge_rules') }} as r
    where {{ in_force('r') }}
),

parts as (
    select * from {{ ref('charge_parts') }}
),

part_rows as (
    select p.*
    from {{ ref('shared_charge_parts') }} as p
    where {{ in_force('p') }}
),

plans as (
    select p.support_plan
    from {{ ref('support_plans') }} as p
    inner join {{ ref('support_tiers') }} as t
        on
            p.support_plan = t.support_plan
            and t.from_amount = {{ zero() }}
            and {{ in_force('t') }}
    where {{ in_force('p') }}
    group by p.support_plan
)

select
    p.rule,
    p.part,
    'bearers or weight' as what
from parts as p
left join plans as s
    on p.weight_of = s.support_plan
where
    p.bearers is null
    or (
        p.bearers <> 'all'
        and p.bearers not like 'list:_%'
        and p.bearers not like 'group:_%'
    )
    or (
        p.bearers like 'list:%'
        and strpos(p.bearers, 'group:') = 0
        and upper(substr(p.bearers, 6)) <> lower(substr(p.bearers, 6))
    )
    or (p.bearers like 'group:%' and strpos(p.bearers, ';') > 0)
    or p.weight is null
    or (
        p.weight = 'support'
        and p.weight_of is not null
        and s.support_plan is null
    )

union all

select
    rule,
    '' as part,
    'parts are not 100 per cent' as what
from parts
group by rule
having sum(percentage) <> {{ amount(100) }}

union all

select
    r.rule,
    '' as part,
    'parts without their rows, or rows without parts' as what
from rules as r
left join part_rows as p
    on r.rule = p.rule
where (r.bearers = 'parts') <> (p.rule is not null)

union all

select
    rule,
    part,
    'a part twice' as what
from parts
group by
    rule,
    part
having count(*) > 1
