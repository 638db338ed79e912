with

plan_units as (
    select * from {{ ref('share_plan_units') }}
),

uncovered_usage as (
    select * from {{ ref('pool_uncovered_usage') }}
),

-- The plan is idle for want of usage only if the account has none on demand
-- that would fit it.
share_idle_plans as (
    select
        s.payer_account_id,
        s.currency_code,
        s.pool_key,
        s.slot,
        s.account_id,
        {{ amount('s.capacity - s.used_units') }} as idle_units
    from plan_units as s
    left join uncovered_usage as u
        on
            s.payer_account_id = u.payer_account_id
            and s.currency_code = u.currency_code
            and s.pool_key = u.pool_key
            and s.slot = u.slot
            and s.account_id = u.account_id
    where u.pool_key is null
)

select * from share_idle_plans
where idle_units > {{ zero() }}
