{{ config(materialized='table', schema='working') }}

with

line_item_columns as (
    select * from {{ ref('stg_line_item_columns') }}
),

metric as (
    select
        *,
        {{ net_or_gross(
            'line_item_net_unblended_cost',
            'line_item_unblended_cost'
        ) }} as unblended_cost,
        {{ net_or_gross(
            'reservation_net_effective_cost',
            'gross_reservation_effective_cost'
        ) }} as reservation_effective_cost,
        {{ net_or_gross(
            'reservation_net_unused_amortized_upfront_fee_for_billing_period',
            'reservation_unused_amortized_upfront_fee_for_billing_period'
        ) }} as unused_upfront_fee,
        {{ net_or_gross(
            'reservation_net_unused_recurring_fee',
            'reservation_unused_recurring_fee'
        ) }} as unused_recurring_fee,
        {{ net_or_gross(
            'reservation_net_amortized_upfront_fee_for_billing_period',
            'reservation_amortized_upfront_fee_for_billing_period'
        ) }} as amortized_upfront_fee,
        {{ net_or_gross(
            'savings_plan_net_savings_plan_effective_cost',
            'savings_plan_savings_plan_effective_cost'
        ) }} as savings_plan_effective_cost
    from line_item_columns
),

costed as (
    select
        *,
        {{ billed_cost() }} as billed_cost,
        {{ amortized_cost() }} as amortized_cost
    from metric
),

-- Fees, refunds and discounts belong to a commitment if they bear its ARN.
owned as (
    select
        *,
        case
            when type_role = 'commitment_fee' and commitment_arn is null
                then 'charge'
            else type_role
        end as role
    from costed
),

stg_line_items as (
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
            when type_category = 'own_commitment'
                and account_id <> owner_account_id
                then 'borrowed'
            when role = 'commitment_fee'
                and type_category <> 'own_commitment'
                then 'unused_commitment'
            else type_category
        end as category,
        usage_start,
        usage_end,
        service_code,
        usage_type,
        operation,
        region,
        rate,
        commitment_arn,
        case
            when commitment_arn is not null then owner_account_id
        end as owner_account_id,
        offering_type,
        plan_family,
        plan_region,
        usage_amount,
        normalization_factor,
        on_demand_cost,
        coalesce(
            savings_plan_savings_plan_effective_cost,
            gross_reservation_effective_cost,
            {{ zero() }}
        ) as gross_effective_cost,
        reserved_units,
        reserved_normalized_units,
        total_commitment,
        billed_cost,
        amortized_cost,
        {{ base_cost() }} as base_cost
    from owned
)

select * from stg_line_items
