{{ config(materialized='table', schema='working') }}

with

kinds as (
    select * from {{ ref('pool_usage_kinds') }}
),

commitments as (
    select * from {{ ref('pool_commitments') }}
),

plan_rates as (
    select * from {{ ref('pool_plan_rates') }}
),

offerings as (
    select * from {{ ref('savings_plan_offerings') }}
),

-- The pools of the period: somebody has capacity there, or was covered.
pools as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        unit,
        min(rule) as rule
    from commitments
    where is_shown_by_use
    group by
        payer_account_id,
        currency_code,
        pool_key,
        unit
),

-- A reservation of another engine comes after those of the engine itself.
kinds_and_pools as (
    {%- for pool_key, priority in [('pool_key', 0), ('other_pool_key', 1)] %}
    select
        payer_account_id,
        service_code,
        usage_type,
        operation,
        region,
        {{ pool_key }} as pool_key,
        unit,
        units_per_usage,
        cast({{ priority }} as bigint) as priority
    from kinds
    where {{ pool_key }} is not null
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

plan_pools as (
    select
        p.payer_account_id,
        p.currency_code,
        p.pool_key,
        p.rule,
        o.pool_prefix,
        o.is_by_family,
        o.priority
    from pools as p
    inner join offerings as o
        on p.rule = o.offering_type and {{ in_force('o') }}
    where p.unit = 'dollars of commitment'
),

-- Every pool that could cover a kind of usage. Units are usage times
-- `units_numerator` by `units_denominator`. Reservations apply before Savings
-- Plans, plans of one family before those of all.
-- https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-applying.html
pool_candidates as (
    select
        k.payer_account_id,
        p.currency_code,
        k.service_code,
        k.usage_type,
        k.operation,
        k.region,
        k.pool_key,
        p.rule,
        false as is_plan,
        false as is_by_family,
        k.priority,
        k.units_per_usage as units_numerator,
        {{ amount(1) }} as units_denominator
    from kinds_and_pools as k
    inner join pools as p
        on
            k.payer_account_id = p.payer_account_id
            and k.pool_key = p.pool_key
            and k.unit = p.unit

    union all

    select
        k.payer_account_id,
        p.currency_code,
        k.service_code,
        k.usage_type,
        k.operation,
        k.region,
        p.pool_key,
        p.rule,
        true as is_plan,
        p.is_by_family,
        p.priority,
        r.commitment as units_numerator,
        r.usage_amount as units_denominator
    from kinds as k
    inner join plan_rates as r
        on
            k.payer_account_id = r.payer_account_id
            and k.usage_type = r.usage_type
            and k.operation = r.operation
    inner join plan_pools as p
        on
            r.payer_account_id = p.payer_account_id
            and r.currency_code = p.currency_code
            and r.offering_type = p.rule
            and (
                not p.is_by_family
                or p.pool_key
                = {{ family_pool_key(
                    'p.pool_prefix',
                    'k.region',
                    "coalesce(k.family, "
                    ~ "split_part(split_part(k.usage_type, ':', 2), '.', 1))"
                ) }}
            )
)

select * from pool_candidates
