{{ config(materialized='table', schema='working') }}

{% set keys = 'payer_account_id, currency_code, rule, part' %}

with

measured as (
    select * from {{ ref('charge_measured_costs') }}
),

support_tiers as (
    select * from {{ ref('support_tiers') }}
),

support_plans as (
    select * from {{ ref('support_plans') }}
),

in_tiers as (
    select
        m.payer_account_id,
        m.currency_code,
        m.rule,
        m.part,
        m.account_id,
        {{ product(
            part_in_tier('m.measured_cost', 't.from_amount', 't.to_amount'),
            't.rate'
        ) }} as tier_cost
    from measured as m
    inner join support_tiers as t
        on
            m.weight_of = t.support_plan
            and {{ in_force('t') }}
    where m.weight = 'support'
),

supported as (
    select
        {{ keys }},
        account_id,
        {{ sum_amount('tier_cost') }} as support_cost
    from in_tiers
    group by
        {{ keys }},
        account_id
),

-- Who was paid more than it cost bears nothing: weights are never negative.
-- A plan that each account has by itself weighs what its table makes of the
-- account, at least its minimum where the account cost anything at all; a
-- plan of all together has one price, and weighs the cost.
-- https://aws.amazon.com/premiumsupport/pricing/
chosen as (
    select
        m.payer_account_id,
        m.currency_code,
        m.rule,
        m.part,
        m.account_id,
        {{ larger_of('m.base_cost', zero()) }} as base_weight,
        case
            when m.weight = 'equal' then {{ amount(1) }}
            when m.weight = 'fixed' then m.fixed_weight
            when m.measured_cost <= {{ zero() }} then {{ zero() }}
            when m.weight = 'support' and p.support_plan is not null
                then {{ larger_of(
                    'coalesce(s.support_cost, ' ~ zero() ~ ')',
                    'p.minimum_amount'
                ) }}
            else m.measured_cost
        end as weight
    from measured as m
    left join supported as s
        on
            m.payer_account_id = s.payer_account_id
            and m.currency_code = s.currency_code
            and m.rule = s.rule
            and m.part = s.part
            and m.account_id = s.account_id
    left join support_plans as p
        on
            m.weight_of = p.support_plan
            and p.base = 'account'
            and {{ in_force('p') }}
),

charge_weights as (
    select
        {{ keys }},
        account_id,
        {{ weight_or_fallback('weight', 'base_weight', keys) }} as weight
    from chosen
)

select * from charge_weights
