{{ config(materialized='table', schema='working') }}

with

pool_line_items as (
    select * from {{ ref('pool_line_items') }}
),

-- What AWS did: whose commitment covered whose usage.
pool_coverage as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        owner_account_id,
        {{ sum_amount('units') }} as covered_units,
        {{ sum_amount('amortized_cost') }} as amortized_cost,
        {{ sum_amount('base_cost') }} as base_cost
    from pool_line_items
    where role = 'covered'
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        owner_account_id
)

select * from pool_coverage
