{{ config(materialized='table', schema='working') }}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

kinds as (
    select * from {{ ref('pool_usage_kinds') }}
),

offerings as (
    select * from {{ ref('savings_plan_offerings') }}
),

commitment_lines as (
    select
        l.payer_account_id,
        l.currency_code,
        l.commitment_arn,
        l.owner_account_id,
        l.role,
        l.service_code,
        l.region,
        l.offering_type,
        l.plan_family,
        k.pool_key,
        k.unit,
        k.rule
    from line_items as l
    left join kinds as k
        on
            l.payer_account_id = k.payer_account_id
            and l.service_code = k.service_code
            and l.usage_type = k.usage_type
            and l.operation = k.operation
            and l.region = k.region
    where l.commitment_arn is not null
),

-- What a reservation covered tells its tenancy better than its fee row does.
-- A reservation that covered nothing has only fee rows.
commitments as (
    select
        payer_account_id,
        currency_code,
        commitment_arn,
        min(owner_account_id) as owner_account_id,
        min(case when role = 'covered' then pool_key end) as covered_pool_key,
        min(case when role = 'covered' then unit end) as covered_unit,
        min(case when role = 'covered' then rule end) as covered_rule,
        min(pool_key) as fee_pool_key,
        min(unit) as fee_unit,
        min(rule) as fee_rule,
        min(
            case when role = 'commitment_fee' then nullif(region, '') end
        ) as fee_region,
        min(nullif(region, '')) as region,
        max(offering_type) as offering_type,
        max(plan_family) as plan_family,
        min(case when role = 'covered' then service_code end)
            as covered_service_code,
        min(
            case when service_code like '%SavingsPlans' then service_code end
        ) as plan_service_code,
        min(service_code) as service_code
    from commitment_lines
    group by payer_account_id, currency_code, commitment_arn
),

pool_commitments as (
    select
        c.payer_account_id,
        c.currency_code,
        c.commitment_arn,
        c.owner_account_id,
        case
            when c.offering_type is not null then 'savings_plan'
            else 'reservation'
        end as kind,
        case
            when o.is_by_family then
                o.pool_prefix
                || '/' || coalesce(c.fee_region, c.region)
                || '/' || c.plan_family
            when o.pool_prefix is not null then o.pool_prefix
            when c.offering_type is null
                then coalesce(c.covered_pool_key, c.fee_pool_key)
        end as pool_key,
        case
            when c.offering_type is not null then 'commitment'
            else coalesce(c.covered_unit, c.fee_unit)
        end as unit,
        coalesce(
            o.offering_type, c.covered_rule, c.fee_rule
        ) as rule,
        case
            when c.offering_type is not null
                then coalesce(c.plan_service_code, 'ComputeSavingsPlans')
            else coalesce(c.covered_service_code, c.service_code)
        end as service_code
    from commitments as c
    left join offerings as o
        on c.offering_type = o.offering_type and {{ in_force('o') }}
)

select * from pool_commitments
where pool_key is not null
