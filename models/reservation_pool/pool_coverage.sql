{{ config(materialized='table', schema='working') }}

with

matches as (
    select * from {{ ref('pool_line_matches') }}
),

-- What AWS did, in all slots: whose commitment covered whose usage.
pool_coverage as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        usage_start as slot,
        account_id,
        owner_account_id,
        is_open,
        {{ sum_amount('units') }} as covered_units,
        {{ sum_amount('amortized_cost') }} as amortized_cost,
        {{ sum_amount('base_cost') }} as base_cost
    from matches
    where role = 'covered'
    group by
        payer_account_id,
        currency_code,
        pool_key,
        usage_start,
        account_id,
        owner_account_id,
        is_open
)

select * from pool_coverage
