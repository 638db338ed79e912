{{ config(materialized='table', schema='working') }}

{% set keys -%}
c.customer,
        p.payer_account_id,
        p.currency_code,
        p.account_id,
        c.account_name,
        p.service_code,
        p.region,
        p.usage_type,
        p.description,
        p.unit,
        p.kind
{%- endset %}

with

prices as (
    select * from {{ ref('statement_prices') }}
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

-- AWS's own taxes are not taxed again.
summed as (
    select
        {{ keys }},
        case
            when p.kind = 'tax' then {{ zero() }}
            else coalesce(a.tax_percentage, {{ zero() }})
        end as tax_percentage,
        coalesce(
            a.invoice_currency_code, c.currency_code, p.currency_code
        ) as invoice_currency_code,
        {{ sum_amount('p.quantity') }} as quantity,
        {{ sum_amount('p.price') }} as price
    from prices as p
    inner join account_customers as c
        on p.account_id = c.account_id
    left join accounts as a
        on
            p.payer_account_id = a.payer_account_id
            and p.account_id = a.account_id
    group by
        {{ keys }},
        case
            when p.kind = 'tax' then {{ zero() }}
            else coalesce(a.tax_percentage, {{ zero() }})
        end,
        coalesce(
            a.invoice_currency_code, c.currency_code, p.currency_code
        )
),

-- A currency without a rate leaves the amount empty, which a test refuses.
statement_charges as (
    select
        s.customer,
        s.payer_account_id,
        s.currency_code,
        s.account_id,
        s.account_name,
        s.service_code,
        s.region,
        s.usage_type,
        s.description,
        s.kind,
        s.quantity,
        s.unit,
        s.tax_percentage,
        case
            when s.invoice_currency_code = s.currency_code then s.price
            else {{ product('s.price', 'r.rate') }}
        end as net_amount,
        s.invoice_currency_code
    from summed as s
    left join currency_rates as r
        on
            s.currency_code = r.from_currency_code
            and s.invoice_currency_code = r.to_currency_code
            and {{ in_force('r') }}
    where
        s.quantity <> {{ zero() }}
        or s.price <> {{ zero() }}
)

select * from statement_charges
