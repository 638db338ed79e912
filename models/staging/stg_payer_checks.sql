with

metrics as (
    select * from {{ ref('stg_payer_metrics') }}
),

bills as (
    select * from {{ ref('stg_bills') }}
),

bill_totals as (
    select * from {{ ref('stg_bill_totals') }}
),

commitment_checks as (
    select * from {{ ref('stg_commitment_checks') }}
),

open_months as (
    select * from {{ ref('stg_open_months') }}
),

without_fees as (
    select
        payer_account_id,
        currency_code,
        {{ sum_amount(amount('actual - expected')) }} as cost
    from commitment_checks
    where check_name like 'fee_missing/%'
    group by
        payer_account_id,
        currency_code
),

totals as (
    select
        payer_account_id,
        currency_code,
        {{ sum_amount('reported_billed_cost') }} as billed_cost,
        {{ sum_amount('upfront_fee') }} as upfront_fee,
        {{ sum_amount('amortized_upfront') }} as amortized_upfront,
        {{ sum_amount('staged_amortized_cost') }} as amortized_cost
    from bill_totals
    group by
        payer_account_id,
        currency_code
),

zeros as (
    select
        payer_account_id,
        currency_code,
        zero_reason,
        sum(line_item_count) as line_item_count,
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
        sum(line_item_count) as line_item_count,
        {{ sum_amount('billed_cost') }} as cost
    from bills
    where
        is_split_cost
        and not is_left_out
    group by
        payer_account_id,
        currency_code
),

-- Everything that is not of one invoice. A check must pass; a warning names
-- what somebody should look at, with its cost; info is shown.
stg_payer_checks as (
    select
        t.payer_account_id,
        t.currency_code,
        'amortized_total' as check_name,
        'check' as severity,
        {{ amount(
            't.billed_cost - t.upfront_fee + t.amortized_upfront '
            ~ '+ coalesce(f.cost, ' ~ zero() ~ ')'
        ) }} as expected,
        t.amortized_cost as actual,
        {{ amount('0.01') }} as tolerance,
        'end of the bridge; differs by rounding on the rows of AWS' as note
    from totals as t
    left join without_fees as f
        on
            t.payer_account_id = f.payer_account_id
            and t.currency_code = f.currency_code

    union all

    select
        payer_account_id,
        currency_code,
        'net_total' as check_name,
        case when is_net then 'check' else 'warning' end as severity,
        unblended_cost as expected,
        net_cost as actual,
        tolerance,
        case
            when is_net
                then 'net costs of all lines, and what is billed before '
                    || 'discounts'
            else 'net columns are not read: they do not make up what is billed'
        end as note
    from metrics
    where
        is_net
        {%- if var('cost_metric') == 'auto' %}
        or net_value_count > 0
        {%- endif %}

    union all

    select
        payer_account_id,
        currency_code,
        'discounts_on_lines' as check_name,
        'warning' as severity,
        discount_cost as expected,
        discount_cost as actual,
        {{ zero() }} as tolerance,
        'discounts on lines of their own do not follow shared commitments; '
            || 'lines: ' || cast(discount_line_items as varchar) as note
    from metrics
    where
        not is_net
        and discount_line_items > 0

    union all

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

    union all

    select
        payer_account_id,
        currency_code,
        check_name,
        severity,
        expected,
        actual,
        {{ zero() }} as tolerance,
        note
    from commitment_checks

    union all

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
            || coalesce(
                replace(
                    substr(cast(last_usage_end as varchar), 1, 16), 'T', ' '
                ),
                'the last usage'
            ) as note
    from open_months
    {%- if is_long_past() %}

    union all

    select
        m.payer_account_id,
        m.currency_code,
        'pro_forma' as check_name,
        'warning' as severity,
        m.unblended_cost as expected,
        m.unblended_cost as actual,
        {{ zero() }} as tolerance,
        'no invoice ids more than 15 days after the month: is it a pro forma '
            || 'report?' as note
    from metrics as m
    where m.is_open
    {%- endif %}
)

select * from stg_payer_checks
