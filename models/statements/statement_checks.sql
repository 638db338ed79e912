with

totals as (
    select * from {{ ref('statement_totals') }}
),

taxes as (
    select * from {{ ref('statement_taxes') }}
),

charges as (
    select * from {{ ref('customer_charges') }}
),

account_customers as (
    select * from {{ ref('price_account_customers') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

rates as (
    select
        customer,
        sum(case when tax_percentage = {{ zero() }} then 0 else 1 end)
            as tax_rates
    from taxes
    group by customer
),

invoiced as (
    select
        a.customer,
        min(c.payer_account_id) as payer_account_id,
        {{ sum_amount('c.invoice_amount') }} as invoice_amount,
        count(*) as charges
    from charges as c
    inner join account_customers as a
        on c.account_id = a.account_id
    group by a.customer
),

-- Half a unit for the subtotal and half for each rate; and what ten digits
-- leave of each charge and each line.
statement_checks as (
    select
        i.payer_account_id,
        cast(null as varchar) as invoice_id,
        t.currency_code,
        'statement_rounding/' || t.customer as check_name,
        'check' as severity,
        i.invoice_amount as expected,
        t.total as actual,
        {{ amount(
            product(
                smallest_unit('m.minor_unit'),
                product(amount('1 + r.tax_rates'), amount('0.5'))
            ) ~ ' + ' ~ product(
                amount('i.charges + t.line_count + t.line_count'), amount('0.0000000001')
            )
        ) }} as tolerance,
        'the statement is what is invoiced, rounded once' as note
    from totals as t
    inner join rates as r
        on t.customer = r.customer
    inner join invoiced as i
        on t.customer = i.customer
    left join currencies as m
        on t.currency_code = m.currency_code
)

select * from statement_checks
