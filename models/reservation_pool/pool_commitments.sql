{{ config(materialized='table', schema='working') }}

{% set keys = 'payer_account_id, currency_code, commitment_arn' %}

with

commitment_kinds as (
    select * from {{ ref('pool_commitment_kinds') }}
),

kinds as (
    select * from {{ ref('pool_usage_kinds') }}
),

offerings as (
    select * from {{ ref('savings_plan_offerings') }}
),

-- One row tells all of a reservation: what it covered knows its tenancy and
-- deployment better than its fee row does, but a cache's reservation may have
-- covered another engine than its own, and one that covered Redis is of Redis.
-- https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.Reserved.html
ranked as (
    select
        c.*,
        k.pool_key,
        k.unit,
        k.rule,
        k.family,
        row_number() over (
            partition by
                c.payer_account_id, c.currency_code, c.commitment_arn
            order by
                case when k.pool_key is null then 1 else 0 end,
                case
                    when c.role <> 'covered' and c.line_item_type <> 'RIFee'
                        then 2
                    when k.pool_prefix in ('elasticache', 'memorydb')
                        and c.role = 'covered'
                        then 1
                    when k.pool_prefix in ('elasticache', 'memorydb') then 0
                    when c.role = 'covered' then 0
                    else 1
                end,
                case when k.other_pool_key is null then 0 else 1 end,
                case when k.unit = 'normalized hours' then 0 else 1 end,
                c.usage_amount desc,
                k.pool_key,
                c.service_code,
                c.usage_type,
                c.operation,
                c.region,
                c.line_item_type,
                c.owner_account_id
        ) as choice
    from commitment_kinds as c
    left join kinds as k
        on
            c.payer_account_id = k.payer_account_id
            and c.service_code = k.service_code
            and c.usage_type = k.usage_type
            and c.operation = k.operation
            and c.region = k.region
),

reservations as (
    select * from ranked
    where choice = 1
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
    from ranked as r
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

plans as (
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
),

sums as (
    select
        {{ keys }},
        min(owner_account_id) as owner_account_id,
        max(
            case
                when
                    role = 'covered'
                    or line_item_type in ('RIFee', 'SavingsPlanRecurringFee')
                    then 1
                else 0
            end
        ) as shown_by_use,
        {{ sum_amount('amortized_cost') }} as amortized_cost,
        {{ sum_amount('amortized_cost_of_others') }}
            as amortized_cost_of_others
    from commitment_kinds
    group by {{ keys }}
),

known as (
    select
        r.payer_account_id,
        r.currency_code,
        r.commitment_arn,
        s.owner_account_id,
        case
            when p.commitment_arn is not null then 'savings_plan'
            else 'reservation'
        end as kind,
        case
            when p.commitment_arn is null then r.pool_key
            when o.is_by_family then {{ family_pool_key(
                'o.pool_prefix', 'p.plan_region', 'p.plan_family'
            ) }}
            else o.pool_prefix
        end as pool_key,
        r.unit,
        case
            when p.commitment_arn is null then r.rule
            else o.offering_type
        end as rule,
        case
            when p.commitment_arn is not null
                then coalesce(p.service_code, 'ComputeSavingsPlans')
            else r.service_code
        end as service_code,
        s.shown_by_use = 1 as is_shown_by_use,
        s.amortized_cost,
        s.amortized_cost_of_others
    from reservations as r
    inner join sums as s
        on
            r.payer_account_id = s.payer_account_id
            and r.currency_code = s.currency_code
            and r.commitment_arn = s.commitment_arn
    left join plans as p
        on
            r.payer_account_id = p.payer_account_id
            and r.currency_code = p.currency_code
            and r.commitment_arn = p.commitment_arn
    left join offerings as o
        on p.offering_type = o.offering_type and {{ in_force('o') }}
),

-- What no rule knows is a pool of its own, so that its leakage is undone, too.
pool_commitments as (
    select
        payer_account_id,
        currency_code,
        commitment_arn,
        owner_account_id,
        kind,
        coalesce(
            pool_key, 'other/' || service_code || '/' || commitment_arn
        ) as pool_key,
        case
            when kind = 'savings_plan' then 'dollars of commitment'
            when pool_key is null then 'dollars of effective cost'
            else unit
        end as unit,
        case when pool_key is null then 'no_rule' else rule end as rule,
        service_code,
        is_shown_by_use,
        amortized_cost,
        amortized_cost_of_others
    from known
)

select * from pool_commitments
