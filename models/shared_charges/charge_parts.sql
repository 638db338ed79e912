with

rules as (
    select * from {{ ref('shared_charge_rules') }}
),

parts as (
    select * from {{ ref('shared_charge_parts') }}
),

rules_in_force as (
    select r.*
    from rules as r
    where
        {{ in_force('r') }}
        and r.bearers <> 'stays'
),

parts_in_force as (
    select p.*
    from parts as p
    where {{ in_force('p') }}
),

-- A rule without parts is one.
charge_parts as (
    select
        rule,
        '' as part,
        {{ amount(100) }} as percentage,
        bearers,
        weight,
        weight_of
    from rules_in_force
    where bearers <> 'parts'

    union all

    select
        r.rule,
        p.part,
        p.percentage,
        p.bearers,
        p.weight,
        p.weight_of
    from rules_in_force as r
    inner join parts_in_force as p
        on r.rule = p.rule
    where r.bearers = 'parts'
)

select * from charge_parts
