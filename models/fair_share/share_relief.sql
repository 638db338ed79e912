{{ config(materialized='table', schema='working') }}

{% set keys -%}
payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
{%- endset %}

with

line_items as (
    select * from {{ ref('pool_line_items') }}
    where
        role = 'covered'
        and pool_unit <> 'commitment'
        and not is_own_covered
        and units > {{ zero() }}
),

circle_units as (
    select * from {{ ref('share_circle_units') }}
    where is_leakage and borrowed_units > {{ zero() }}
),

positions as (
    select * from {{ ref('share_positions') }}
),

candidates as (
    select * from {{ ref('pool_candidates') }}
    where is_plan
),

idle_plans as (
    select * from {{ ref('share_idle_plans') }}
),

leaked as (
    select
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        c.slot,
        c.account_id,
        c.borrowed_units as leaked_units,
        p.other_covered_units
    from circle_units as c
    inner join positions as p
        on
            c.payer_account_id = p.payer_account_id
            and c.currency_code = p.currency_code
            and c.pool_key = p.pool_key
            and c.slot = p.slot
            and c.account_id = p.account_id
),

-- The leaked part of what others' reservations covered, by kind of usage.
leaked_kinds as (
    select
        l.payer_account_id,
        l.currency_code,
        l.pool_key,
        l.slot,
        l.account_id,
        l.service_code,
        l.usage_type,
        l.operation,
        l.region,
        {{ mul_div(
            sum_amount('l.usage_amount'), 'k.leaked_units',
            'k.other_covered_units'
        ) }} as usage_amount,
        {{ mul_div(
            sum_amount('l.on_demand_value'), 'k.leaked_units',
            'k.other_covered_units'
        ) }} as value
    from line_items as l
    inner join leaked as k
        on
            l.payer_account_id = k.payer_account_id
            and l.currency_code = k.currency_code
            and l.pool_key = k.pool_key
            and l.slot = k.slot
            and l.account_id = k.account_id
    group by
        l.payer_account_id,
        l.currency_code,
        l.pool_key,
        l.slot,
        l.account_id,
        l.service_code,
        l.usage_type,
        l.operation,
        l.region,
        k.leaked_units,
        k.other_covered_units
),

-- One plan pool of a family, one of the others: the first by priority.
ranked_plans as (
    select
        *,
        row_number() over (
            partition by
                payer_account_id,
                currency_code,
                service_code,
                usage_type,
                operation,
                region,
                is_by_family
            order by priority, pool_key
        ) as choice
    from candidates
),

{%- for name, is_by_family in [
    ('family', 'is_by_family'), ('other', 'not is_by_family')
] %}

{{ name }}_plans as (
    select
        p.*,
        i.slot,
        i.account_id,
        i.idle_units
    from ranked_plans as p
    inner join idle_plans as i
        on
            p.payer_account_id = i.payer_account_id
            and p.currency_code = i.currency_code
            and p.pool_key = i.pool_key
    where p.choice = 1 and {{ is_by_family }}
),
{%- endfor %}

-- A plan of the family gives first: to all pools that want it, by their wants.
family_wants as (
    select
        k.*,
        f.pool_key as family_pool_key,
        f.idle_units as family_idle_units,
        coalesce({{ mul_div(
            'k.usage_amount', 'f.units_numerator', 'f.units_denominator'
        ) }}, {{ zero() }}) as family_wanted
    from leaked_kinds as k
    left join family_plans as f
        on
            k.payer_account_id = f.payer_account_id
            and k.currency_code = f.currency_code
            and k.slot = f.slot
            and k.account_id = f.account_id
            and k.service_code = f.service_code
            and k.usage_type = f.usage_type
            and k.operation = f.operation
            and k.region = f.region
),

family_totals as (
    select
        *,
        {{ total_over(
            'family_wanted',
            'payer_account_id, currency_code, family_pool_key, slot, account_id'
        ) }} as all_family_wanted
    from family_wants
),

family_relief as (
    select
        *,
        case
            when family_wanted = {{ zero() }} then {{ zero() }}
            when all_family_wanted <= family_idle_units then value
            else {{ mul_div(
                'value', 'family_idle_units', 'all_family_wanted'
            ) }}
        end as family_relief,
        case
            when family_wanted = {{ zero() }} then usage_amount
            when all_family_wanted <= family_idle_units then {{ zero() }}
            else {{ amount('usage_amount - ' ~ mul_div(
                'usage_amount', 'family_idle_units', 'all_family_wanted'
            )) }}
        end as usage_left
    from family_totals
),

other_wants as (
    select
        k.*,
        o.pool_key as other_pool_key,
        o.idle_units as other_idle_units,
        coalesce({{ mul_div(
            'k.usage_left', 'o.units_numerator', 'o.units_denominator'
        ) }}, {{ zero() }}) as other_wanted
    from family_relief as k
    left join other_plans as o
        on
            k.payer_account_id = o.payer_account_id
            and k.currency_code = o.currency_code
            and k.slot = o.slot
            and k.account_id = o.account_id
            and k.service_code = o.service_code
            and k.usage_type = o.usage_type
            and k.operation = o.operation
            and k.region = o.region
),

other_totals as (
    select
        *,
        {{ amount('value - family_relief') }} as value_left,
        {{ total_over(
            'other_wanted',
            'payer_account_id, currency_code, other_pool_key, slot, account_id'
        ) }} as all_other_wanted
    from other_wants
),

relieved as (
    select
        *,
        {{ amount('family_relief + case
            when other_wanted = ' ~ zero() ~ ' then ' ~ zero() ~ '
            when all_other_wanted <= other_idle_units then value_left
            else ' ~ mul_div(
                'value_left', 'other_idle_units', 'all_other_wanted'
            ) ~ ' end') }} as relief
    from other_totals
),

-- What is taken has value 0: the plan is paid already, as unused.
share_relief as (
    select
        {{ keys }},
        {{ sum_amount('relief') }} as relief
    from relieved
    group by {{ keys }}
    having sum(relief) <> {{ zero() }}
)

select * from share_relief
