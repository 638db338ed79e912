{{ config(materialized='table', schema='working') }}

with

lines as (
    select * from {{ ref('statement_lines') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

accounts as (
    select
        l.customer,
        l.tax_percentage,
        l.payer_account_id,
        l.account_id,
        max({{ smallest_unit('m.minor_unit') }}) as smallest_unit,
        {{ sum_amount('l.net_amount') }} as net_amount
    from lines as l
    left join currencies as m
        on l.currency_code = m.currency_code
    group by
        l.customer,
        l.tax_percentage,
        l.payer_account_id,
        l.account_id
),

taxed as (
    select
        *,
        {{ mul_div('net_amount', 'tax_percentage', amount(100)) }} as tax,
        {{ total_over('net_amount', 'customer, tax_percentage') }} as net_total
    from accounts
),

rated as (
    select
        *,
        {{ mul_div('net_total', 'tax_percentage', amount(100)) }} as rate_tax
    from taxed
),

with_total as (
    select
        *,
        {{ in_whole_units('rate_tax', 'smallest_unit') }} as tax_total
    from rated
),

-- The tax of a rate is rounded once, and its accounts share that.
{{ largest_remainder(
    'shared', 'with_total', 'tax', 'smallest_unit', 'customer, tax_percentage',
    'tax_total', 'account_id, payer_account_id'
) }},

statement_account_taxes as (
    select
        customer,
        tax_percentage,
        payer_account_id,
        account_id,
        tax as exact_tax,
        rounded as tax
    from shared
)

select * from statement_account_taxes
