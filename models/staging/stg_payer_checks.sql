with

bill_totals as (
    select * from {{ ref('stg_bill_totals') }}
),

metric_checks as (
    select * from {{ ref('stg_metric_checks') }}
),

line_checks as (
    select * from {{ ref('stg_line_checks') }}
),

commitment_checks as (
    select * from {{ ref('stg_commitment_checks') }}
),

month_checks as (
    select * from {{ ref('stg_month_checks') }}
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
        check_name,
        severity,
        expected,
        actual,
        {{ zero() }} as tolerance,
        note
    from commitment_checks
    {%- for relation in ['metric_checks', 'line_checks', 'month_checks'] %}

    union all

    select * from {{ relation }}
    {%- endfor %}
)

select * from stg_payer_checks
