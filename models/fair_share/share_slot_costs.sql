{{ config(materialized='table', schema='working') }}

with

moves as (
    select * from {{ ref('share_moves') }}
    where demand > {{ zero() }}
),

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
),

paid as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        {{ sum_amount('paid_at_cost') }} as paid_at_cost,
        {{ sum_amount('paid_by_value') }} as paid_by_value,
        {{ sum_amount('on_demand_cost') }} as on_demand_cost,
        {{ sum_amount('value_of_uncovered') }} as value_of_uncovered
    from circle_costs
    where borrowed_units > {{ zero() }}
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
),

costed as (
    select
        m.*,
        coalesce(p.paid_at_cost, {{ zero() }}) as paid_at_cost,
        coalesce(p.paid_by_value, {{ zero() }}) as paid_by_value,
        -- What is paid stands where it comes from: on lines that others
        -- covered, or on uncovered ones that became borrowed.
        case
            when m.taken_cost = {{ zero() }} then {{ zero() }}
            else coalesce({{ mul_div(
                'p.paid_at_cost', 'm.taken_cost',
                amount('m.still_borrowed_cost + m.taken_cost')
            ) }}, {{ zero() }})
        end as taken_at_cost,
        case
            when m.newly_borrowed = {{ zero() }} then {{ zero() }}
            else coalesce({{ mul_div(
                'p.paid_by_value', 'p.value_of_uncovered', 'p.on_demand_cost'
            ) }}, {{ zero() }})
        end as taken_by_value
    from moves as m
    left join paid as p
        on
            m.payer_account_id = p.payer_account_id
            and m.currency_code = p.currency_code
            and m.pool_key = p.pool_key
            and m.slot = p.slot
            and m.account_id = p.account_id
),

-- Where no unit moved and nothing is paid but cost, every line keeps its own.
-- The number stands for the keys beside account and hour where lines are
-- windowed.
share_slot_costs as (
    select
        cast(row_number() over (
            partition by account_id, slot
            order by payer_account_id, currency_code, pool_key
        ) as bigint) as slot_account,
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        own_use_of_covered <> {{ zero() }}
        or own_use_of_uncovered <> {{ zero() }}
        or borrowed_units <> other_covered_units
        or paid_at_cost <> other_covered_cost
        or paid_by_value <> {{ zero() }} as is_moved,
        own_use_of_covered,
        own_use_of_uncovered,
        own_cost_of_covered,
        own_cost_of_uncovered,
        still_borrowed,
        newly_borrowed,
        {{ amount('paid_at_cost - taken_at_cost') }} as still_borrowed_at_cost,
        {{ amount('paid_by_value - taken_by_value') }}
            as still_borrowed_by_value,
        taken_at_cost,
        taken_by_value,
        taken_cost,
        received_uncovered_cost,
        offered_cost,
        kept_cost
    from costed
)

select * from share_slot_costs
