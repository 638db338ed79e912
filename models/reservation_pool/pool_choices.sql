{{ config(materialized='table', schema='working') }}

with

kinds as (
    select * from {{ ref('pool_usage_kinds') }}
),

plan_rates as (
    select * from {{ ref('pool_plan_rates') }}
),

offerings as (
    select * from {{ ref('savings_plan_offerings') }}
),

open_slots as (
    select * from {{ ref('pool_open_slots') }}
),

-- Every pool that could have covered a kind of usage in a slot. Reservations
-- apply before Savings Plans, plans of one family before those of all.
-- https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-applying.html
candidates as (
    select
        k.payer_account_id,
        s.currency_code,
        k.service_code,
        k.usage_type,
        k.operation,
        k.region,
        s.slot,
        k.pool_key,
        k.rule,
        k.units_per_usage,
        cast(1 as bigint) as priority
    from kinds as k
    inner join open_slots as s
        on
            k.payer_account_id = s.payer_account_id
            and k.pool_key = s.pool_key

    union all

    select
        r.payer_account_id,
        r.currency_code,
        r.service_code,
        r.usage_type,
        r.operation,
        r.region,
        s.slot,
        r.pool_key,
        r.rule,
        r.savings_plan_rate as units_per_usage,
        o.priority
    from plan_rates as r
    inner join offerings as o
        on r.rule = o.offering_type and {{ in_force('o') }}
    inner join open_slots as s
        on
            r.payer_account_id = s.payer_account_id
            and r.currency_code = s.currency_code
            and r.pool_key = s.pool_key
),

ranked as (
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
                slot
            order by priority, pool_key
        ) as choice
    from candidates
),

pool_choices as (
    select
        payer_account_id,
        currency_code,
        service_code,
        usage_type,
        operation,
        region,
        slot,
        pool_key,
        rule,
        units_per_usage
    from ranked
    where choice = 1
)

select * from pool_choices
