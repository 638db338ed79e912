{{ config(materialized='table', schema='working') }}

with

matches as (
    select * from {{ ref('pool_line_matches') }}
),

candidates as (
    select * from {{ ref('pool_candidates') }}
),

uncovered as (
    select
        payer_account_id,
        currency_code,
        service_code,
        usage_type,
        operation,
        region,
        {{ sum_amount('usage_amount') }} as usage_amount,
        {{ sum_amount(larger_of('on_demand_cost', zero())) }} as public_cost,
        {{ sum_amount(
            'case when on_demand_cost > ' ~ zero() ~ ' then base_cost else '
            ~ zero() ~ ' end'
        ) }} as priced_base_cost,
        {{ sum_amount('base_cost') }} as base_cost
    from matches
    where role = 'usage' and category = 'on_demand'
    group by
        payer_account_id,
        currency_code,
        service_code,
        usage_type,
        operation,
        region
),

-- What the uncovered usage of the period cost that would have fitted the pool:
-- the private price level, of what bears a public cost, and a price by unit
-- where there is none.
pool_prices as (
    select
        u.payer_account_id,
        u.currency_code,
        c.pool_key,
        {{ sum_amount(mul_div(
            'u.usage_amount', 'c.units_numerator', 'c.units_denominator'
        )) }} as units,
        {{ sum_amount('u.public_cost') }} as public_cost,
        {{ sum_amount('u.priced_base_cost') }} as priced_base_cost,
        {{ sum_amount('u.base_cost') }} as base_cost
    from uncovered as u
    inner join candidates as c
        on
            u.payer_account_id = c.payer_account_id
            and u.currency_code = c.currency_code
            and u.service_code = c.service_code
            and u.usage_type = c.usage_type
            and u.operation = c.operation
            and u.region = c.region
            and not c.is_plan
    group by
        u.payer_account_id,
        u.currency_code,
        c.pool_key
)

select * from pool_prices
