with

metrics as (
    select * from {{ ref('stg_payer_metrics') }}
),

report_sums as (
    select * from {{ ref('stg_report_sums') }}
),

line_items as (
    select * from {{ ref('stg_line_items') }}
),

-- Usage whose interval is longer than a day tells nothing of how far AWS has
-- come, unless there is no other.
last_usage as (
    select
        payer_account_id,
        coalesce(max(last_slot_end), max(last_end)) as usage_end
    from report_sums
    where
        line_item_type
        in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')
    group by payer_account_id
),

fee_rows as (
    select
        m.payer_account_id,
        m.currency_code,
        l.amortized_cost,
        {{ epoch_seconds('u.usage_end') }} as usage_second,
        {{ epoch_seconds('l.usage_start') }} as start_second,
        {{ end_second('l.usage_end') }} as end_second
    from line_items as l
    inner join metrics as m
        on
            l.payer_account_id = m.payer_account_id
            and l.currency_code = m.currency_code
            and m.is_open
    inner join last_usage as u
        on l.payer_account_id = u.payer_account_id
    where
        l.role = 'commitment_fee'
        and l.line_item_type in ('RIFee', 'SavingsPlanRecurringFee')
        and l.usage_end > u.usage_end
),

early as (
    select
        payer_account_id,
        currency_code,
        {{ sum_amount(
            'coalesce(' ~ mul_div(
                'amortized_cost',
                amount(
                    'end_second - case when usage_second > start_second '
                    ~ 'then usage_second else start_second end'
                ),
                amount('end_second - start_second')
            ) ~ ', ' ~ zero() ~ ')'
        ) }} as early_cost
    from fee_rows
    group by
        payer_account_id,
        currency_code
),

-- AWS gives invoice ids when it closes a month; until then a fee row holds the
-- whole month, and all that is still to come counts as unused.
-- https://docs.aws.amazon.com/cur/latest/userguide/billing-columns.html
stg_open_months as (
    select
        m.payer_account_id,
        m.currency_code,
        u.usage_end as last_usage_end,
        coalesce(e.early_cost, {{ zero() }}) as early_cost
    from metrics as m
    left join last_usage as u
        on m.payer_account_id = u.payer_account_id
    left join early as e
        on
            m.payer_account_id = e.payer_account_id
            and m.currency_code = e.currency_code
    where m.is_open
)

select * from stg_open_months
