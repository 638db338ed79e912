with

open_months as (
    select * from {{ ref('stg_open_months') }}
),

metrics as (
    select * from {{ ref('stg_payer_metrics') }}
),

stg_month_checks as (
    select
        payer_account_id,
        currency_code,
        'open_month' as check_name,
        'warning' as severity,
        early_cost as expected,
        early_cost as actual,
        {{ zero() }} as tolerance,
        'AWS has not closed the month: so much of what is unused belongs to the '
            || 'time after '
            || coalesce({{ to_the_minute('last_usage_end') }}, 'the last usage')
            as note
    from open_months
    {%- if is_long_past() %}

    union all

    select
        payer_account_id,
        currency_code,
        'pro_forma' as check_name,
        'warning' as severity,
        unblended_cost as expected,
        unblended_cost as actual,
        {{ zero() }} as tolerance,
        'no invoice ids more than 15 days after the month: is it a pro forma '
            || 'report?' as note
    from metrics
    where is_open
    {%- endif %}
)

select * from stg_month_checks
