with

bills as (
    select * from {{ ref('stg_bills') }}
),

zeros as (
    select
        payer_account_id,
        currency_code,
        zero_reason,
        {{ sum_count('line_item_count') }} as line_item_count,
        -- Read net, what a discount line counts is no more than its net value.
        {{ sum_amount(
            "case when zero_reason = 'discounts_in_net' then "
            ~ amount('unblended_cost - billed_cost')
            ~ ' else billed_cost end'
        ) }} as cost
    from bills
    where zero_reason is not null
    group by
        payer_account_id,
        currency_code,
        zero_reason
),

kept_split_rows as (
    select
        payer_account_id,
        currency_code,
        {{ sum_count('line_item_count') }} as line_item_count,
        {{ sum_amount('billed_cost') }} as cost
    from bills
    where
        is_split_cost
        and not is_left_out
    group by
        payer_account_id,
        currency_code
),

stg_line_checks as (
    select
        payer_account_id,
        currency_code,
        'counts_zero/' || zero_reason as check_name,
        'info' as severity,
        cost as expected,
        cost as actual,
        {{ zero() }} as tolerance,
        'count 0: ' || case zero_reason
            when 'upfront_fees' then 'upfront fees, amortised'
            when 'exchange_fees' then 'true-ups of exchanges'
            when 'refunds_of_upfront_fees' then 'refunds of upfront fees'
            when 'negations' then 'plans take back the on-demand price'
            else 'discounts that the net columns contain'
        end || '; lines: ' || cast(line_item_count as varchar) as note
    from zeros

    union all

    select
        payer_account_id,
        currency_code,
        'split_cost_kept' as check_name,
        'warning' as severity,
        cost as expected,
        cost as actual,
        {{ zero() }} as tolerance,
        'rows of split cost allocation bear cost of their own; rows: '
            || cast(line_item_count as varchar) as note
    from kept_split_rows
)

select * from stg_line_checks
