{{ config(materialized='table', schema='working') }}

{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}

with

slot_units as (
    select * from {{ ref('share_slot_units') }}
),

demand as (
    select * from {{ ref('pool_demand') }}
),

unit_costs as (
    select * from {{ ref('share_unit_costs') }}
),

prices as (
    select * from {{ ref('share_prices') }}
),

-- Uncovered cost follows the on-demand units at each account's own price.
weighted as (
    select
        u.*,
        d.line_item_count,
        d.absolute_cost,
        p.uncovered_cost as slot_uncovered_cost,
        coalesce(
            {{ mul_div('u.own_use', 'c.effective_cost', 'c.effective_units') }},
            {{ zero() }}
        ) as own_cost,
        coalesce(
            {{ enlarged_weight(
                'u.on_demand_units', 'd.on_demand_cost', 'd.demand',
                'p.on_demand_cost'
            ) }},
            {{ zero() }}
        ) as on_demand_value,
        abs(d.uncovered_cost) as own_uncovered_cost
    from slot_units as u
    inner join demand as d
        on
            u.payer_account_id = d.payer_account_id
            and u.currency_code = d.currency_code
            and u.pool_key = d.pool_key
            and u.slot = d.slot
            and u.account_id = d.account_id
    inner join prices as p
        on
            u.payer_account_id = p.payer_account_id
            and u.currency_code = p.currency_code
            and u.pool_key = p.pool_key
            and u.slot = p.slot
    left join unit_costs as c
        on
            u.payer_account_id = c.payer_account_id
            and u.currency_code = c.currency_code
            and u.pool_key = c.pool_key
            and u.account_id = c.owner_account_id
),

fallen_back as (
    select
        *,
        {{ weight_or_fallback(
            'on_demand_value', 'own_uncovered_cost', slot_keys
        ) }} as weight
    from weighted
),

in_order as (
    select
        *,
        {{ total_over('weight', slot_keys) }} as total_weight,
        {{ cumulated('weight', slot_keys, 'account_id') }} as cumulated_weight
    from fallen_back
),

-- The number stands for the five keys where lines are windowed, in the order
-- of accounts and hours that results have.
share_slot_costs as (
    select
        cast(row_number() over (
            order by account_id, slot, payer_account_id, currency_code, pool_key
        ) as bigint) as slot_account,
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        line_item_count,
        absolute_cost,
        demand,
        own_use,
        own_cost,
        borrowed_units,
        borrowed_cost,
        on_demand_units,
        {{ share(
            'slot_uncovered_cost',
            'cumulated_weight',
            'weight',
            'total_weight'
        ) }} as on_demand_cost
    from in_order
)

select * from share_slot_costs
