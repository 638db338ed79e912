{{ config(materialized='table', schema='working') }}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

commitments as (
    select * from {{ ref('pool_commitments') }}
),

kinds as (
    select * from {{ ref('pool_usage_kinds') }}
),

choices as (
    select * from {{ ref('pool_choices') }}
),

-- Lines that bear a commitment's ARN are in its pool, usage that nothing
-- covered in the pool chosen for its kind and slot.
matched as (
    select
        l.*,
        case
            when l.role = 'usage' then u.pool_key
            else c.pool_key
        end as pool_key,
        case when l.role = 'usage' then u.rule else c.rule end as pool_rule,
        c.kind as commitment_kind,
        c.unit as pool_unit,
        k.units_per_usage as factor_of_kind,
        u.units_per_usage
    from line_items as l
    left join commitments as c
        on
            l.payer_account_id = c.payer_account_id
            and l.currency_code = c.currency_code
            and l.commitment_arn = c.commitment_arn
    left join kinds as k
        on
            l.payer_account_id = k.payer_account_id
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

measured as (
    select
        *,
        case
            when role = 'covered' and commitment_kind = 'savings_plan'
                then used_plan_commitment
            when role = 'covered' and pool_unit = 'normalized hours'
                then {{ amount(
                    'usage_amount * coalesce(factor_of_kind, '
                    ~ amount(1) ~ ')'
                ) }}
            when role = 'covered' then usage_amount
            when role = 'usage' and units_per_usage is not null
                then {{ amount('usage_amount * units_per_usage') }}
            else {{ zero() }}
        end as units
    from matched
),

-- Corrections with negative usage take no part in a pool's units.
pool_line_matches as (
    select
        payer_account_id,
        billing_entity,
        invoice_id,
        currency_code,
        account_id,
        line_item_id,
        line_item_type,
        role,
        category,
        usage_start,
        service_code,
        usage_type,
        operation,
        region,
        resource_id,
        description,
        sku,
        rate,
        commitment_arn,
        owner_account_id,
        usage_amount,
        on_demand_cost,
        billed_cost,
        amortized_cost,
        base_cost,
        pool_key,
        pool_rule,
        pool_key is not null and role in ('usage', 'covered') as is_open,
        {{ larger_of('units', zero()) }} as units
    from measured
)

select * from pool_line_matches
