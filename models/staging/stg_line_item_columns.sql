with

line_items as (
    select * from {{ source('cur', 'line_items') }}
),

net_payers as (
    select * from {{ ref('stg_net_payers') }}
),

line_item_types as (
    select * from {{ ref('line_item_types') }}
),

-- Split cost allocation repeats the cost of an instance on the rows of its
-- containers: those rows are left out, the instance's rows are all the cost.
-- https://docs.aws.amazon.com/cur/latest/userguide/split-cost-allocation-data.html
stg_line_item_columns as (
    select
        l.bill_payer_account_id as payer_account_id,
        coalesce(l.bill_billing_entity, '') as billing_entity,
        coalesce(l.bill_invoice_id, '') as invoice_id,
        coalesce(l.bill_bill_type, '') as bill_type,
        coalesce(l.line_item_currency_code, '') as currency_code,
        l.identity_line_item_id as line_item_id,
        l.line_item_line_item_type as line_item_type,
        coalesce(t.category, 'fee') as type_category,
        coalesce(t.role, 'charge') as type_role,
        coalesce(
            l.line_item_usage_account_id, l.bill_payer_account_id
        ) as account_id,
        l.line_item_usage_start_date as usage_start,
        l.line_item_usage_end_date as usage_end,
        l.line_item_product_code as service_code,
        coalesce(l.line_item_usage_type, '') as usage_type,
        coalesce(l.line_item_operation, '') as operation,
        l.line_item_resource_id as resource_id,
        l.line_item_line_item_description as description,
        l.product_sku as sku,
        l.pricing_unit as unit,
        l.line_item_unblended_rate as rate,
        case
            when t.role in ('covered', 'commitment_fee') then coalesce(
                l.savings_plan_savings_plan_a_r_n,
                l.reservation_reservation_a_r_n
            )
        end as commitment_arn,
        l.savings_plan_offering_type as offering_type,
        l.savings_plan_instance_type_family as plan_family,
        cast(null as varchar) as plan_region,
        -- On fee rows the region may stand in the ARN alone.
        coalesce(
            l.product_region,
            substr(
                l.line_item_availability_zone,
                1,
                length(l.line_item_availability_zone) - 1
            ),
            nullif(split_part(l.reservation_reservation_a_r_n, ':', 4), ''),
            ''
        ) as region,
        n.payer_account_id is not null as is_net,
        coalesce(t.is_in_net, false) as is_in_net,
        coalesce(l.line_item_usage_amount, {{ zero() }}) as usage_amount,
        l.line_item_normalization_factor as normalization_factor,
        l.line_item_unblended_cost,
        l.line_item_net_unblended_cost,
        coalesce(
            l.pricing_public_on_demand_cost, {{ zero() }}
        ) as on_demand_cost,
        l.reservation_effective_cost as gross_reservation_effective_cost,
        l.reservation_net_effective_cost,
        l.reservation_unused_amortized_upfront_fee_for_billing_period,
        l.reservation_net_unused_amortized_upfront_fee_for_billing_period,
        l.reservation_unused_recurring_fee,
        l.reservation_net_unused_recurring_fee,
        l.reservation_amortized_upfront_fee_for_billing_period,
        l.reservation_net_amortized_upfront_fee_for_billing_period,
        l.reservation_total_reserved_units as reserved_units,
        l.reservation_total_reserved_normalized_units
            as reserved_normalized_units,
        l.savings_plan_savings_plan_effective_cost,
        l.savings_plan_net_savings_plan_effective_cost,
        l.savings_plan_savings_plan_rate as savings_plan_rate,
        coalesce(
            l.savings_plan_total_commitment_to_date, {{ zero() }}
        ) as total_commitment,
        coalesce(
            l.savings_plan_used_commitment, {{ zero() }}
        ) as used_commitment,
        l.savings_plan_recurring_commitment_for_billing_period,
        l.savings_plan_net_recurring_commitment_for_billing_period,
        l.savings_plan_amortized_upfront_commitment_for_billing_period,
        l.savings_plan_net_amortized_upfront_commitment_for_billing_period
    from line_items as l
    left join net_payers as n
        on l.bill_payer_account_id = n.payer_account_id
    left join line_item_types as t
        on l.line_item_line_item_type = t.line_item_type
    where
        coalesce(l.line_item_operation, '')
        not in ('EKSPod-EC2', 'ECSTask-EC2')
)

select * from stg_line_item_columns
