{{ config(materialized='table', schema='working') }}

with

kinds as (
    select * from {{ ref('pool_usage_kinds') }}
),

commitments as (
    select * from {{ ref('pool_commitments') }}
),

candidates as (
    select * from {{ ref('pool_candidates') }}
),

coverable as (
    select
        payer_account_id,
        currency_code,
        service_code,
        usage_type,
        operation,
        region
    from candidates
    group by
        payer_account_id,
        currency_code,
        service_code,
        usage_type,
        operation,
        region
),

currencies as (
    select
        payer_account_id,
        currency_code
    from commitments
    group by
        payer_account_id,
        currency_code
),

-- What lines need to know of their kind: its size, and whether any pool of the
-- period could cover it. Payers without commitments have no pools.
pool_line_kinds as (
    select
        k.payer_account_id,
        y.currency_code,
        k.service_code,
        k.usage_type,
        k.operation,
        k.region,
        k.size_factor,
        c.usage_type is not null
        and k.usage_type not like '%SpotUsage%' as is_coverable
    from kinds as k
    inner join currencies as y
        on k.payer_account_id = y.payer_account_id
    left join coverable as c
        on
            k.payer_account_id = c.payer_account_id
            and y.currency_code = c.currency_code
            and k.service_code = c.service_code
            and k.usage_type = c.usage_type
            and k.operation = c.operation
            and k.region = c.region
)

select * from pool_line_kinds
