with

demand as (
    select * from {{ ref('pool_demand') }}
),

-- Public on-demand cost by unit, over all demand of the pool in the slot; a
-- quotient again in its two parts.
share_prices as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        {{ sum_amount('on_demand_cost') }} as on_demand_cost,
        {{ sum_amount('demand') }} as demand,
        {{ sum_amount('uncovered_cost') }} as uncovered_cost
    from demand
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot
)

select * from share_prices
