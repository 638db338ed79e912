{{ config(materialized='table', schema='working') }}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

commitments as (
    select * from {{ ref('pool_commitments') }}
),

seeded as (
    select * from {{ ref('pool_seeded_rates') }}
),

-- The report shows a plan's rate only on what the plan covered. If payment
-- options differ, the lowest rate of the pool counts.
observed as (
    select
        l.payer_account_id,
        c.currency_code,
        l.service_code,
        l.usage_type,
        l.operation,
        l.region,
        c.pool_key,
        c.rule,
        min(
            coalesce(
                nullif(l.savings_plan_rate, {{ zero() }}),
                {{ mul_div(
                    'l.used_plan_commitment', amount(1), 'l.usage_amount'
                ) }}
            )
        ) as savings_plan_rate
    from line_items as l
    inner join commitments as c
        on
            l.payer_account_id = c.payer_account_id
            and l.currency_code = c.currency_code
            and l.commitment_arn = c.commitment_arn
    where l.role = 'covered' and c.kind = 'savings_plan'
    group by
        l.payer_account_id,
        c.currency_code,
        l.service_code,
        l.usage_type,
        l.operation,
        l.region,
        c.pool_key,
        c.rule
),

pool_plan_rates as (
    select * from observed

    union all

    select s.*
    from seeded as s
    left join observed as o
        on
            s.payer_account_id = o.payer_account_id
            and s.currency_code = o.currency_code
            and s.service_code = o.service_code
            and s.usage_type = o.usage_type
            and s.operation = o.operation
            and s.region = o.region
            and s.pool_key = o.pool_key
    where o.pool_key is null
)

select * from pool_plan_rates
where savings_plan_rate > {{ zero() }}
