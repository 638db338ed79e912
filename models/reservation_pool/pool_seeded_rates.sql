with

commitments as (
    select * from {{ ref('pool_commitments') }}
),

kinds as (
    select * from {{ ref('pool_usage_kinds') }}
),

offerings as (
    select * from {{ ref('savings_plan_offerings') }}
),

seeded_rates as (
    select * from {{ ref('savings_plan_rates') }}
),

pools as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        rule
    from commitments
    where kind = 'savings_plan'
    group by
        payer_account_id,
        currency_code,
        pool_key,
        rule
),

pool_seeded_rates as (
    select
        p.payer_account_id,
        p.currency_code,
        k.service_code,
        k.usage_type,
        k.operation,
        k.region,
        p.pool_key,
        p.rule,
        r.rate as savings_plan_rate
    from pools as p
    inner join seeded_rates as r
        on p.rule = r.offering_type and {{ in_force('r') }}
    inner join offerings as o
        on r.offering_type = o.offering_type and {{ in_force('o') }}
    inner join kinds as k
        on
            p.payer_account_id = k.payer_account_id
            and r.usage_type = k.usage_type
            and r.operation = k.operation
            and (
                not o.is_by_family
                or p.pool_key
                = o.pool_prefix || '/' || k.region || '/' || k.family
            )
)

select * from pool_seeded_rates
