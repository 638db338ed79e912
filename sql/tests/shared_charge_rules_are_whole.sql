-- A rule whose bearers or weight cannot be read would share by accident, and a
-- minimum that no account has alone would move nothing.
select
    r.rule,
    r.bearers,
    r.weight,
    r.weight_of
from {{ ref('shared_charge_rules') }} as r
left join {{ ref('support_tiers') }} as t
    on
        r.weight_of = t.support_plan
        and t.from_amount = {{ zero() }}
        and {{ in_force('t') }}
left join {{ ref('support_plans') }} as p
    on
        r.weight_of = p.support_plan
        and p.billed_for = 'account'
        and {{ in_force('p') }}
where
    {{ in_force('r') }}
    and (
        (
            r.bearers not in ('stays', 'all')
            and r.bearers not like 'list:_%'
            and r.bearers not like 'group:_%'
        )
        or (
            r.bearers like 'list:%'
            and strpos(r.bearers, 'group:') = 0
            and upper(substr(r.bearers, 6)) <> lower(substr(r.bearers, 6))
        )
        or (r.bearers like 'group:%' and strpos(r.bearers, ';') > 0)
        or (r.bearers <> 'stays' and r.weight is null)
        or (
            r.weight in ('support', 'support_with_minimum')
            and t.support_plan is null
        )
        or (r.weight = 'support_with_minimum' and p.support_plan is null)
    )
