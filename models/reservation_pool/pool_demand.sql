{{ config(materialized='table', schema='working') }}

with

pool_line_items as (
    select * from {{ ref('pool_line_items') }}
),

pool_demand as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        cast(count(*) as bigint) as line_item_count,
        {{ sum_amount('units') }} as demand,
        {{ sum_amount('on_demand_cost') }} as on_demand_cost,
        {{ sum_amount('abs(base_cost)') }} as absolute_cost,
        {{ sum_amount(
            "case when role = 'usage' then base_cost else " ~ zero() ~ " end"
        ) }} as uncovered_cost
    from pool_line_items
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
)

select * from pool_demand
