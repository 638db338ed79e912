{{ config(materialized='table') }}

with

accounts as (
    select * from {{ ref('statement_accounts') }}
),

lines as (
    select * from {{ ref('statement_lines') }}
),

charges as (
    select * from {{ ref('statement_charges') }}
),

metrics as (
    select * from {{ ref('stg_payer_metrics') }}
),

customers as (
    select * from {{ ref('customers') }}
),

currency_rates as (
    select * from {{ ref('currency_rates') }}
),

totals as (
    select
        customer,
        currency_code,
        {{ sum_amount('subtotal') }} as subtotal,
        {{ sum_amount('tax') }} as tax,
        {{ sum_amount('total') }} as total,
        cast(count(distinct account_id) as bigint) as accounts
    from accounts
    group by
        customer,
        currency_code
),

line_counts as (
    select
        customer,
        cast(count(*) as bigint) as line_count
    from lines
    group by customer
),

-- AWS gives invoice ids when it closes a month.
payers as (
    select
        c.customer,
        min(c.currency_code) as billed_currency_code,
        count(distinct c.currency_code) as billed_currencies,
        max(case when m.is_open then 1 else 0 end) as open_bills
    from charges as c
    left join metrics as m
        on
            c.payer_account_id = m.payer_account_id
            and c.currency_code = m.currency_code
    group by c.customer
),

statement_totals as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        t.customer,
        c.legal_name,
        c.tax_id,
        c.address,
        c.contacts,
        c.purchase_order,
        c.payment_days,
        coalesce(c.language, 'en') as language,
        coalesce(c.template, 'standard') as template,
        coalesce(c.shows_cost, false) as shows_cost,
        t.accounts,
        l.line_count,
        t.subtotal,
        t.tax,
        t.total,
        t.currency_code,
        case when p.billed_currencies = 1 then p.billed_currency_code end
            as billed_currency_code,
        r.rate as exchange_rate,
        r.valid_from as exchange_rate_from,
        r.source as exchange_rate_source,
        p.open_bills > 0 as is_provisional
    from totals as t
    inner join line_counts as l
        on t.customer = l.customer
    inner join payers as p
        on t.customer = p.customer
    left join customers as c
        on
            t.customer = c.customer
            and {{ in_force('c') }}
    left join currency_rates as r
        on
            p.billed_currencies = 1
            and p.billed_currency_code = r.from_currency_code
            and t.currency_code = r.to_currency_code
            and t.currency_code <> p.billed_currency_code
            and {{ in_force('r') }}
)

select * from statement_totals
