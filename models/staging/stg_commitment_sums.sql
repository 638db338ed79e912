{{ config(materialized='table', schema='working') }}

with

report_sums as (
    select * from {{ ref('stg_report_sums') }}
),

-- Lines of a commitment without its ARN are taken as those of one commitment.
known as (
    select
        payer_account_id,
        currency_code,
        coalesce(commitment_arn, '') as commitment_arn,
        line_item_type,
        line_item_type in ('DiscountedUsage', 'SavingsPlanCoveredUsage')
            as is_covered,
        line_item_type in ('RIFee', 'SavingsPlanRecurringFee') as is_fee_row,
        {% for metric in ['', 'net_'] -%}
        {{ metric }}unblended_cost,
        lacks_{{ metric }}unused,
        case
            when line_item_type = 'DiscountedUsage'
                then {{ metric }}reservation_effective_cost
            when line_item_type = 'SavingsPlanCoveredUsage'
                then {{ metric }}plan_effective_cost
            else {{ zero() }}
        end as {{ metric }}effective_cost,
        case
            when line_item_type = 'RIFee'
                then {{ metric }}reservation_upfront
            when line_item_type = 'SavingsPlanRecurringFee'
                then {{ metric }}plan_upfront
            else {{ zero() }}
        end as {{ metric }}upfront,
        case
            when line_item_type = 'RIFee' and not lacks_{{ metric }}unused
                then {{ amount(
                    metric ~ 'reservation_unused_upfront + '
                    ~ metric ~ 'reservation_unused_recurring'
                ) }}
            when line_item_type = 'SavingsPlanRecurringFee'
                then {{ metric }}plan_unused
            else {{ zero() }}
        end as {{ metric }}unused,
        {% endfor -%}
        line_item_count
    from report_sums
    where line_item_type in (
        'DiscountedUsage', 'RIFee', 'SavingsPlanCoveredUsage',
        'SavingsPlanRecurringFee', 'SavingsPlanNegation'
    )
),

summed as (
    select
        payer_account_id,
        currency_code,
        commitment_arn,
        {{ sum_count(
            'case when is_covered then line_item_count else 0 end'
        ) }} as covered_line_items,
        {{ sum_count(
            'case when is_fee_row then line_item_count else 0 end'
        ) }} as fee_line_items,
        {% for metric in ['', 'net_'] -%}
        {{ sum_amount(
            'case when is_fee_row then ' ~ metric ~ 'unblended_cost else '
            ~ zero() ~ ' end'
        ) }} as {{ metric }}recurring,
        {{ sum_amount(
            'case when is_fee_row then ' ~ zero() ~ ' else ' ~ metric
            ~ 'unblended_cost end'
        ) }} as {{ metric }}billed_usage,
        {{ sum_amount(metric ~ 'upfront') }} as {{ metric }}upfront,
        {{ sum_amount(metric ~ 'effective_cost') }}
            as {{ metric }}effective_cost,
        {{ sum_amount(metric ~ 'unused') }} as {{ metric }}reported_unused,
        {{ sum_amount(
            'case when lacks_' ~ metric ~ 'unused then ' ~ amount(
                metric ~ 'unblended_cost + ' ~ metric ~ 'upfront'
            ) ~ ' else ' ~ zero() ~ ' end'
        ) }} as {{ metric }}unreported_fee,
        max(case when lacks_{{ metric }}unused then 1 else 0 end) = 1
            as lacks_{{ metric }}unused{{ ',' if not loop.last }}
        {% endfor %}
    from known
    group by
        payer_account_id,
        currency_code,
        commitment_arn
),

-- A plan's covered usage is billed and taken back by negations, so that what
-- it recurs with is all that is billed for it; so it is for reservations.
stg_commitment_sums as (
    select
        payer_account_id,
        currency_code,
        commitment_arn,
        covered_line_items,
        fee_line_items,
        {% for metric in ['', 'net_'] -%}
        {{ metric }}effective_cost,
        {{ amount(
            metric ~ 'recurring + ' ~ metric ~ 'billed_usage + ' ~ metric
            ~ 'upfront'
        ) }} as {{ metric }}paid_cost,
        case
            when lacks_{{ metric }}unused
                then {{ amount(
                    metric ~ 'reported_unused + ' ~ metric ~ 'unreported_fee'
                ) }}
            else {{ amount(
                metric ~ 'reported_unused + ' ~ metric ~ 'effective_cost'
            ) }}
        end as {{ metric }}amortized_cost{{ ',' if not loop.last }}
        {% endfor %}
    from summed
)

select * from stg_commitment_sums
