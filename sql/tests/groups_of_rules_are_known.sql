-- A group that is misspelt, named twice, or without accounts on the last day of
-- the month would leave charges or prices as if there were no rule.
{% set group_word = "';group:'" %}
with

known_groups as (
    select account_group
    from {{ ref('stg_accounts') }}
    group by account_group
),

rules as (
    select
        r.rule,
        r.bearers,
        ';' || {{ entries_of('r.bearers') }} || ';' as entries
    from {{ ref('charge_parts') }} as r
),

counted as (
    select
        r.rule,
        r.bearers,
        (length(r.entries) - length(replace(r.entries, {{ group_word }}, '')))
            / length({{ group_word }}) as named_groups,
        count(g.account_group) as groups_found
    from rules as r
    left join known_groups as g
        on strpos(r.entries, ';group:' || g.account_group || ';') > 0
    group by
        r.rule,
        r.bearers,
        r.entries
)

select
    'shared_charge_rules' as seed,
    rule,
    bearers as names
from counted
where named_groups <> groups_found

union all

select
    'price_plans' as seed,
    p.price_plan as rule,
    p.account_group as names
from {{ ref('price_plans') }} as p
left join known_groups as g
    on p.account_group = g.account_group
where
    p.account_group is not null
    and g.account_group is null
    and {{ in_force('p') }}
