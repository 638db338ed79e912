with

candidates as (
    select * from {{ ref('pool_candidates') }}
    where is_plan
),

idle_plans as (
    select * from {{ ref('share_idle_plans') }}
),

-- One plan pool of a family, one of the others: the first by priority.
ranked as (
    select
        *,
        row_number() over (
            partition by
                payer_account_id,
                currency_code,
                service_code,
                usage_type,
                operation,
                region,
                is_by_family
            order by priority, pool_key
        ) as choice
    from candidates
),

share_fitting_plans as (
    select
        i.payer_account_id,
        i.currency_code,
        i.pool_key,
        i.slot,
        i.account_id,
        r.service_code,
        r.usage_type,
        r.operation,
        r.region,
        r.is_by_family,
        r.units_numerator,
        r.units_denominator,
        i.idle_units
    from ranked as r
    inner join idle_plans as i
        on
            r.payer_account_id = i.payer_account_id
            and r.currency_code = i.currency_code
            and r.pool_key = i.pool_key
    where r.choice = 1
)

select * from share_fitting_plans
