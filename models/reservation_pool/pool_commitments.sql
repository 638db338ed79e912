{{ config(materialized='table', schema='working') }}

{% set keys = 'payer_account_id, currency_code, commitment_arn' %}

with

choices as (
    select * from {{ ref('pool_commitment_choices') }}
),

plans as (
    select * from {{ ref('pool_plans') }}
),

offerings as (
    select * from {{ ref('savings_plan_offerings') }}
),

reservations as (
    select * from choices
    where choice = 1
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
    from choices
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
