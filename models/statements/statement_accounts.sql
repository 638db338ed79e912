{{ config(materialized='table') }}

with

lines as (
    select * from {{ ref('statement_lines') }}
),

account_taxes as (
    select * from {{ ref('statement_account_taxes') }}
),

amounts as (
    select
        customer,
        payer_account_id,
        account_id,
        account_name,
        currency_code,
        {{ sum_amount('amount') }} as subtotal
    from lines
    group by
        customer,
        payer_account_id,
        account_id,
        account_name,
        currency_code
),

taxes as (
    select
        customer,
        payer_account_id,
        account_id,
        {{ sum_amount('tax') }} as tax
    from account_taxes
    group by
        customer,
        payer_account_id,
        account_id
),

statement_accounts as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        a.customer,
        a.payer_account_id,
        a.account_id,
        a.account_name,
        a.subtotal,
        t.tax,
        {{ amount('a.subtotal + t.tax') }} as total,
        a.currency_code
    from amounts as a
    inner join taxes as t
        on
            a.customer = t.customer
            and a.payer_account_id = t.payer_account_id
            and a.account_id = t.account_id
)

select * from statement_accounts
