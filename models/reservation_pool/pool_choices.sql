{{ config(materialized='table', schema='working') }}

with

candidates as (
    select * from {{ ref('pool_candidates') }}
),

open_slots as (
    select * from {{ ref('pool_open_slots') }}
),

ranked as (
    select
        c.*,
        s.slot,
        row_number() over (
            partition by
                c.payer_account_id,
                c.currency_code,
                c.service_code,
                c.usage_type,
                c.operation,
                c.region,
                s.slot
            order by c.is_plan, c.priority, c.pool_key
        ) as choice
    from candidates as c
    inner join open_slots as s
        on
            c.payer_account_id = s.payer_account_id
            and c.currency_code = s.currency_code
            and c.pool_key = s.pool_key
),

pool_choices as (
    select
        payer_account_id,
        currency_code,
        service_code,
        usage_type,
        operation,
        region,
        slot,
        pool_key,
        rule,
        units_numerator,
        units_denominator
    from ranked
    where choice = 1
)

select * from pool_choices
