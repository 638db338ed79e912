with

line_items as (
    select * from {{ source('cur', 'line_items') }}
),

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

line_kinds as (
    select * from {{ ref('stg_line_kinds') }}
),

-- Split cost allocation repeats the cost of an instance on the rows of its
-- containers: those rows are left out, the instance's rows are all the cost. One
-- that is billed all the same stays.
-- https://docs.aws.amazon.com/cur/latest/userguide/split-cost-allocation-data.html
stg_line_item_columns as (
    select
        l.bill_payer_account_id as payer_account_id,
        coalesce(l.bill_billing_entity, '') as billing_entity,
        coalesce(l.line_item_currency_code, '') as currency_code,
        l.identity_line_item_id as line_item_id,
        l.line_item_line_item_type as line_item_type,
        k.type_category,
        k.type_role,
        {{ reported_account('l') }} as account_id,
        g.line_group,
        g.line_order,
        l.line_item_usage_start_date as usage_start,
        l.line_item_usage_end_date as usage_end,
        l.line_item_product_code as service_code,
        coalesce(l.line_item_usage_type, '') as usage_type,
        coalesce(l.line_item_operation, '') as operation,
        l.line_item_unblended_rate as rate,
        case
            when k.type_role in ('covered', 'commitment_fee')
                then nullif(k.commitment_arn, '')
        end as commitment_arn,
        k.owner_account_id,
        l.savings_plan_offering_type as offering_type,
        k.plan_region,
        l.savings_plan_instance_type_family as plan_family,
        {{ reported_region('l') }} as region,
        k.is_net,
        l.line_item_line_item_type = 'Fee'
        and case
            when {{ is_in_last_days('l.line_item_usage_start_date') }}
                then k.amortizes_late_fees
            else k.amortizes_early_fees
        end as is_amortized_fee,
        k.is_refund_of_amortized_fee,
        {{ lacks_unused('l', is_net='k.is_net') }} as lacks_unused,
        case
            when {{ fee_position(
                'k.first_fee_position is not null', 'l.identity_line_item_id',
                'l.line_item_usage_start_date', 'l.line_item_unblended_cost',
                'l.line_item_usage_amount'
            ) }} = k.first_fee_position
                then coalesce(k.covered_cost, {{ zero() }})
            else {{ zero() }}
        end as covered_cost,
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
    left join line_kinds as k
        on
            l.bill_payer_account_id = k.payer_account_id
            and coalesce(l.line_item_currency_code, '') = k.currency_code
            and l.line_item_line_item_type = k.line_item_type
            and coalesce({{ reported_commitment('l') }}, '') = k.commitment_arn
            and coalesce({{ reported_refund('l') }}, '') = k.refund_key
    left join line_groups as g
        on
            l.bill_payer_account_id = g.payer_account_id
            and {{ reported_account('l') }} = g.account_id
            and l.line_item_product_code = g.service_code
            and {{ fingerprint('l') }} = g.fingerprint
    where
        coalesce(l.line_item_operation, '')
            not in ('EKSPod-EC2', 'ECSTask-EC2')
        or coalesce(l.line_item_unblended_cost, {{ zero() }}) <> {{ zero() }}
        or coalesce(l.line_item_net_unblended_cost, {{ zero() }}) <> {{ zero() }}
)

select * from stg_line_item_columns
