-- An allowance counts in the unit of the tables that take from it.
select
    a.allowance,
    a.unit,
    r.tier_table,
    r.unit as unit_of_table
from {{ ref('tier_allowances') }} as a
inner join {{ ref('tier_rules') }} as t
    on a.allowance = t.allowance
inner join {{ ref('tier_rates') }} as r
    on t.tier_table = r.tier_table
where
    {{ in_force('a') }}
    and {{ in_force('t') }}
    and {{ in_force('r') }}
    and a.unit <> r.unit
