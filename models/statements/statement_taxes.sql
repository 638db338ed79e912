{{ config(materialized='table') }}

with

lines as (
    select * from {{ ref('statement_lines') }}
),

account_taxes as (
    select * from {{ ref('statement_account_taxes') }}
),

bases as (
    select
        customer,
        tax_percentage,
        currency_code,
        {{ sum_amount('amount') }} as base
    from lines
    group by
        customer,
        tax_percentage,
        currency_code
),

taxes as (
    select
        customer,
        tax_percentage,
        {{ sum_amount('tax') }} as tax
    from account_taxes
    group by
        customer,
        tax_percentage
),

statement_taxes as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        b.customer,
        b.tax_percentage,
        b.base,
        t.tax,
        b.currency_code
    from bases as b
    inner join taxes as t
        on
            b.customer = t.customer
            and b.tax_percentage = t.tax_percentage
)

select * from statement_taxes
