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
        usage_start as slot,
        account_id,
        max(usage_amount) as largest_usage
    from matches
    where role = 'usage' and category = 'on_demand'
    group by
        payer_account_id,
        currency_code,
        service_code,
        usage_type,
        operation,
        region,
        usage_start,
        account_id
),

-- Who had usage on demand that would have fitted a pool, whatever pool took it.
pool_uncovered_usage as (
    select
        u.payer_account_id,
        u.currency_code,
        c.pool_key,
        u.slot,
        u.account_id
    from uncovered as u
    inner join candidates as c
        on
            u.payer_account_id = c.payer_account_id
            and u.currency_code = c.currency_code
            and u.service_code = c.service_code
            and u.usage_type = c.usage_type
            and u.operation = c.operation
            and u.region = c.region
    where {{ mul_div(
        'u.largest_usage', 'c.units_numerator', 'c.units_denominator'
    ) }} > {{ zero() }}
    group by
        u.payer_account_id,
        u.currency_code,
        c.pool_key,
        u.slot,
        u.account_id
)

select * from pool_uncovered_usage
