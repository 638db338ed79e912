{{ config(materialized='table') }}

{% set keys = 'payer_account_id, currency_code, account_id, service_code' %}

with

amounts as (
    select * from {{ ref('price_amounts') }}
),

items as (
    select * from {{ ref('price_custom_items') }}
),

accounts as (
    select * from {{ ref('price_accounts') }}
),

account_customers as (
    select * from {{ ref('price_account_customers') }}
),

currency_rates as (
    select * from {{ ref('currency_rates') }}
),

lines as (
    select
        {{ keys }},
        base_cost,
        real_cost,
        price,
        {{ zero() }} as custom_charges,
        case when category = 'tax' then {{ zero() }} else price end as taxable
    from amounts

    union all

    select
        {{ keys }},
        {{ zero() }} as base_cost,
        {{ zero() }} as real_cost,
        {{ zero() }} as price,
        price as custom_charges,
        price as taxable
    from items
),

summed as (
    select
        {{ keys }},
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost,
        {{ sum_amount('price') }} as price,
        {{ sum_amount('custom_charges') }} as custom_charges,
        {{ sum_amount('taxable') }} as taxable
    from lines
    group by {{ keys }}
),

billed as (
    select
        s.*,
        a.price_plan,
        {{ amount('s.price + s.custom_charges') }} as customer_cost,
        coalesce({{ mul_div(
            's.taxable', 'a.tax_percentage', amount(100)
        ) }}, {{ zero() }}) as tax,
        coalesce(
            a.invoice_currency_code, c.currency_code, s.currency_code
        ) as invoice_currency_code
    from summed as s
    left join accounts as a
        on
            s.payer_account_id = a.payer_account_id
            and s.account_id = a.account_id
    left join account_customers as c
        on s.account_id = c.account_id
),

-- A currency without a rate leaves the invoice empty, which a test refuses.
customer_charges as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        b.payer_account_id,
        b.account_id,
        b.service_code,
        b.price_plan,
        b.base_cost,
        b.real_cost,
        b.price,
        b.custom_charges,
        b.customer_cost,
        {{ amount('b.customer_cost - b.base_cost') }} as difference,
        b.currency_code,
        b.tax,
        case
            when b.invoice_currency_code = b.currency_code
                then {{ amount('b.customer_cost + b.tax') }}
            else {{ product(amount('b.customer_cost + b.tax'), 'r.rate') }}
        end as invoice_amount,
        b.invoice_currency_code
    from billed as b
    left join currency_rates as r
        on
            b.currency_code = r.from_currency_code
            and b.invoice_currency_code = r.to_currency_code
            and {{ in_force('r') }}
)

select * from customer_charges
