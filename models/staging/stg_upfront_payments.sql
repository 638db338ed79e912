with

report_sums as (
    select * from {{ ref('stg_report_sums') }}
),

stg_upfront_payments as (
    select
        payer_account_id,
        currency_code,
        commitment_arn,
        max(case
            when line_item_type = 'DiscountedUsage'
                and reservation_upfront_of_usage > {{ zero() }}
                then 1
            when line_item_type = 'RIFee'
                and (
                    reservation_upfront > {{ zero() }}
                    or net_reservation_upfront > {{ zero() }}
                    or reservation_unused_upfront > {{ zero() }}
                    or net_reservation_unused_upfront > {{ zero() }}
                )
                then 1
            when line_item_type = 'SavingsPlanRecurringFee'
                and (
                    plan_upfront > {{ zero() }}
                    or net_plan_upfront > {{ zero() }}
                )
                then 1
            else 0
        end) = 1 as has_amortized_part,
        max(case
            when line_item_type = 'SavingsPlanUpfrontFee' then 1
            else 0
        end) = 1 as has_plan_fee,
        max(case
            when line_item_type = 'Fee' and is_fee_of_last_days then 1
            else 0
        end) = 1 as has_late_fee,
        max(case
            when line_item_type = 'Fee' and not is_fee_of_last_days then 1
            else 0
        end) = 1 as has_early_fee,
        min(plan_region) as plan_region
    from report_sums
    where commitment_arn is not null
    group by
        payer_account_id,
        currency_code,
        commitment_arn
)

select * from stg_upfront_payments
