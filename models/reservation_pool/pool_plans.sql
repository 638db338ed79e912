{% set keys = 'payer_account_id, currency_code, commitment_arn' %}

with

choices as (
    select * from {{ ref('pool_commitment_choices') }}
),

offerings as (
    select * from {{ ref('savings_plan_offerings') }}
),

-- A plan is told by its offering, or by the usage type of its fee.
plan_kinds as (
    select
        r.payer_account_id,
        r.currency_code,
        r.commitment_arn,
        r.line_item_type,
        r.service_code,
        r.plan_region,
        r.region,
        coalesce(r.plan_family, r.family) as plan_family,
        coalesce(r.offering_type, o.offering_type) as offering_type
    from choices as r
    left join offerings as o
        on
            r.role = 'commitment_fee'
            and {{ in_force('o') }}
            and (
                split_part(r.usage_type, ':', 1) = o.usage_name
                or split_part(r.usage_type, ':', 1) like '%-' || o.usage_name
            )
    where r.is_plan
),

pool_plans as (
    select
        {{ keys }},
        max(offering_type) as offering_type,
        coalesce(
            min(plan_region),
            min(case
                when line_item_type = 'SavingsPlanRecurringFee'
                    then nullif(region, '')
            end),
            min(nullif(region, ''))
        ) as plan_region,
        min(plan_family) as plan_family,
        min(case when service_code like '%SavingsPlans' then service_code end)
            as service_code
    from plan_kinds
    group by {{ keys }}
)

select * from pool_plans
