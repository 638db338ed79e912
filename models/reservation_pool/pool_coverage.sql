{{ config(materialized='table', schema='working') }}

with

matches as (
    select * from {{ ref('pool_line_matches') }}
),

-- What AWS did, in all slots: whose commitment covered whose usage. Lines
-- without units, corrections above all, keep their cost and share nothing.
pool_coverage as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        usage_start as slot,
        account_id,
        owner_account_id,
        is_open,
        units > {{ zero() }} as has_units,
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
        is_open,
        units > {{ zero() }}
)

select * from pool_coverage
