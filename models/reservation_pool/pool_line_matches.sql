{{ config(materialized='table', schema='working') }}

with

chosen as (
    select * from {{ ref('pool_line_choices') }}
),

measured as (
    select
        *,
        case
            when
                role = 'covered'
                and pool_unit in (
                    'dollars of commitment', 'dollars of effective cost'
                )
                then gross_effective_cost
            when role = 'covered' and pool_unit = 'normalized hours'
                then {{ product('usage_amount', 'size_factor') }}
            when role = 'covered' then usage_amount
            when is_open
                then {{ mul_div(
                    'usage_amount', 'units_numerator', 'units_denominator'
                ) }}
            else {{ zero() }}
        end as units
    from chosen
),

-- Corrections with negative usage take no part in a pool's units.
pool_line_matches as (
    select
        payer_account_id,
        billing_entity,
        currency_code,
        account_id,
        line_group,
        line_order,
        line_item_id,
        line_item_type,
        role,
        case
            when is_coverable then 'on_demand'
            else category
        end as category,
        usage_start,
        usage_end,
        service_code,
        usage_type,
        operation,
        region,
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
        is_open,
        pool_unit,
        {{ larger_of('units', zero()) }} as units
    from measured
)

select * from pool_line_matches
