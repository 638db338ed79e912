with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

commitments as (
    select * from {{ ref('pool_commitments') }}
),

kinds as (
    select * from {{ ref('pool_line_kinds') }}
),

open_slots as (
    select * from {{ ref('pool_open_slots') }}
),

choices as (
    select * from {{ ref('pool_choices') }}
),

-- Lines that bear a commitment's ARN are in its pool. Usage that nothing
-- covered is in the pool chosen for its kind and slot, if it costs anything:
-- what was free wants no cover.
matched as (
    select
        l.*,
        c.pool_key as commitment_pool_key,
        c.rule as commitment_rule,
        c.unit as pool_unit,
        k.size_factor,
        l.role = 'usage'
        and k.is_coverable
        and l.base_cost > {{ zero() }} as is_coverable,
        o.pool_key is not null as is_covered_in_open_slot,
        u.pool_key as usage_pool_key,
        u.rule as usage_rule,
        u.units_numerator,
        u.units_denominator
    from line_items as l
    left join commitments as c
        on
            l.payer_account_id = c.payer_account_id
            and l.currency_code = c.currency_code
            and l.commitment_arn = c.commitment_arn
    left join open_slots as o
        on
            c.payer_account_id = o.payer_account_id
            and c.currency_code = o.currency_code
            and c.pool_key = o.pool_key
            and l.usage_start = o.slot
            and l.role = 'covered'
    left join kinds as k
        on
            l.payer_account_id = k.payer_account_id
            and l.currency_code = k.currency_code
            and l.service_code = k.service_code
            and l.usage_type = k.usage_type
            and l.operation = k.operation
            and l.region = k.region
    left join choices as u
        on
            l.payer_account_id = u.payer_account_id
            and l.currency_code = u.currency_code
            and l.service_code = u.service_code
            and l.usage_type = u.usage_type
            and l.operation = u.operation
            and l.region = u.region
            and l.usage_start = u.slot
),

pool_line_choices as (
    select
        *,
        case
            when is_coverable then usage_pool_key
            else commitment_pool_key
        end as pool_key,
        case
            when is_coverable then usage_rule
            else commitment_rule
        end as pool_rule,
        is_covered_in_open_slot
        or (coalesce(is_coverable, false) and usage_pool_key is not null)
            as is_open
    from matched
)

select * from pool_line_choices
