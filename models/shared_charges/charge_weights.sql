{% set keys = 'payer_account_id, currency_code, rule' %}

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

supported as (
    select
        m.payer_account_id,
        m.currency_code,
        m.rule,
        m.account_id,
        {{ sum_amount(mul_div(
            part_in_tier('m.measured_cost', 't.from_amount', 't.to_amount'),
            't.rate',
            amount(1)
        )) }} as support_cost
    from measured as m
    inner join support_tiers as t
        on
            m.weight_of = t.support_plan
            and {{ in_force('t') }}
    where m.weight in ('support', 'support_with_minimum')
    group by
        m.payer_account_id,
        m.currency_code,
        m.rule,
        m.account_id
),

-- Who was paid more than it cost bears nothing: weights are never negative.
-- A minimum that the accounts of a plan have together is divided as the rest
-- is, so that it moves no weight; one that each has alone does.
-- https://aws.amazon.com/premiumsupport/pricing/
chosen as (
    select
        m.payer_account_id,
        m.currency_code,
        m.rule,
        m.account_id,
        {{ larger_of('m.base_cost', zero()) }} as base_weight,
        case
            when m.weight = 'equal' then {{ amount(1) }}
            when m.weight = 'fixed' then m.fixed_weight
            when m.weight = 'support_with_minimum'
                and p.minimum_amount > coalesce(s.support_cost, {{ zero() }})
                then p.minimum_amount
            when m.weight in ('support', 'support_with_minimum')
                then coalesce(s.support_cost, {{ zero() }})
            else {{ larger_of('m.measured_cost', zero()) }}
        end as weight
    from measured as m
    left join supported as s
        on
            m.payer_account_id = s.payer_account_id
            and m.currency_code = s.currency_code
            and m.rule = s.rule
            and m.account_id = s.account_id
    left join support_plans as p
        on
            m.weight_of = p.support_plan
            and p.billed_for = 'account'
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
