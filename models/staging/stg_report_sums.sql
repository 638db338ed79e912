{{ config(materialized='table', schema='working') }}

{% set keys -%}
payer_account_id,
        billing_entity,
        invoice_id,
        bill_type,
        currency_code,
        account_id,
        line_item_type,
        commitment_arn,
        fee_service_code,
        is_split_cost,
        is_left_out,
        refund_key,
        is_fee_of_last_days,
        lacks_unused,
        lacks_net_unused,
        fee_position
{%- endset %}

with

line_items as (
    select * from {{ source('cur', 'line_items') }}
),

-- What the lines say of themselves, before any rule of cost. A line item type
-- decides which of the sums means something.
marked as (
    select
        *,
        bill_payer_account_id as payer_account_id,
        coalesce(bill_billing_entity, '') as billing_entity,
        coalesce(bill_invoice_id, '') as invoice_id,
        coalesce(bill_bill_type, '') as bill_type,
        coalesce(line_item_currency_code, '') as currency_code,
        {{ reported_account('l') }} as account_id,
        line_item_line_item_type as line_item_type,
        {{ reported_commitment('l') }} as commitment_arn,
        case
            when line_item_line_item_type = 'Fee' then line_item_product_code
        end as fee_service_code,
        coalesce(line_item_operation, '') in ('EKSPod-EC2', 'ECSTask-EC2')
            as is_split_cost,
        {{ reported_refund('l') }} as refund_key,
        coalesce(
            line_item_line_item_type = 'Fee'
            and {{ is_in_last_days('line_item_usage_start_date') }},
            false
        ) as is_fee_of_last_days,
        {{ lacks_unused('l', is_net='false') }} as lacks_unused,
        {{ lacks_unused('l', is_net='true') }} as lacks_net_unused,
        coalesce(line_item_unblended_cost, {{ zero() }}) as unblended_cost,
        coalesce(
            line_item_net_unblended_cost,
            case
                when {{ is_discount('line_item_line_item_type') }}
                    then {{ zero() }}
                else line_item_unblended_cost
            end,
            {{ zero() }}
        ) as net_unblended_cost,
        case
            when line_item_line_item_type = 'SavingsPlanRecurringFee'
                and savings_plan_total_commitment_to_date
                    > coalesce(savings_plan_used_commitment, {{ zero() }})
                then {{ amount(
                    'savings_plan_total_commitment_to_date - '
                    ~ 'coalesce(savings_plan_used_commitment, ' ~ zero() ~ ')'
                ) }}
        end as plan_unused
    from line_items as l
),

told as (
    select
        *,
        is_split_cost
        and unblended_cost = {{ zero() }}
        and net_unblended_cost = {{ zero() }} as is_left_out,
        {{ fee_position(
            'lacks_unused', 'identity_line_item_id',
            'line_item_usage_start_date', 'line_item_unblended_cost',
            'line_item_usage_amount'
        ) }} as fee_position
    from marked
),

-- The report in short: every sum that a check or a decision about a payer or a
-- commitment needs, in one reading, so that lines are read only once more.
stg_report_sums as (
    select
        {{ keys }},
        cast(count(*) as bigint) as line_item_count,
        min(savings_plan_region) as plan_region,
        min(coalesce(
            nullif(savings_plan_payment_option, '0.0'), pricing_purchase_option
        )) as payment_option,
        min(pricing_offering_class) as offering_class,
        min(coalesce(
            nullif(savings_plan_start_time, '0.0'), reservation_start_time
        )) as commitment_start,
        max(coalesce(
            nullif(savings_plan_end_time, '0.0'), reservation_end_time
        )) as commitment_end,
        min(bill_payer_account_name) as payer_name,
        min(line_item_usage_account_name) as account_name,
        max(case
            when line_item_usage_end_date
                <= line_item_usage_start_date + interval '1' day
                then line_item_usage_end_date
        end) as last_slot_end,
        max(coalesce(
            line_item_usage_end_date, line_item_usage_start_date
        )) as last_end,
        {{ sum_amount('unblended_cost') }} as unblended_cost,
        {{ sum_amount('net_unblended_cost') }} as net_unblended_cost,
        cast(sum(case
            when coalesce(
                nullif(line_item_net_unblended_cost, {{ zero() }}),
                nullif(reservation_net_effective_cost, {{ zero() }}),
                nullif(
                    savings_plan_net_savings_plan_effective_cost, {{ zero() }}
                )
            ) is not null
                then 1
            else 0
        end) as bigint) as net_value_count,
        {{ sum_twins(
            'reservation_effective_cost',
            'reservation_effective_cost',
            'reservation_net_effective_cost'
        ) }},
        {{ sum_twins(
            'reservation_unused_upfront',
            'reservation_unused_amortized_upfront_fee_for_billing_period',
            'reservation_net_unused_amortized_upfront_fee_for_billing_period'
        ) }},
        {{ sum_twins(
            'reservation_unused_recurring',
            'reservation_unused_recurring_fee',
            'reservation_net_unused_recurring_fee'
        ) }},
        {{ sum_twins(
            'reservation_upfront',
            'reservation_amortized_upfront_fee_for_billing_period',
            'reservation_net_amortized_upfront_fee_for_billing_period'
        ) }},
        coalesce(max(coalesce(
            reservation_amortized_upfront_cost_for_usage,
            reservation_net_amortized_upfront_cost_for_usage
        )), {{ zero() }}) as reservation_upfront_of_usage,
        {{ sum_twins(
            'plan_effective_cost',
            'savings_plan_savings_plan_effective_cost',
            'savings_plan_net_savings_plan_effective_cost'
        ) }},
        {{ sum_twins(
            'plan_upfront',
            'savings_plan_amortized_upfront_commitment_for_billing_period',
            'savings_plan_net_amortized_upfront_commitment_for_billing_period'
        ) }},
        coalesce({{ sum_amount('plan_unused') }}, {{ zero() }}) as plan_unused,
        coalesce({{ sum_amount(
            'case when plan_unused is not null then '
            ~ net_part_of_plan('plan_unused') ~ ' end'
        ) }}, {{ zero() }}) as net_plan_unused
    from told
    group by {{ keys }}
)

select * from stg_report_sums
