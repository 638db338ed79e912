{{ config(materialized='table') }}

{% set order -%}
account_id, service_code, usage_type, region, description, kind, unit, payer_account_id, currency_code, tax_percentage
{%- endset %}

with

charges as (
    select * from {{ ref('statement_charges') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

service_names as (
    select * from {{ ref('stg_service_names') }}
),

-- A currency that is not known leaves all amounts empty, which a test refuses.
in_units as (
    select
        c.*,
        {{ smallest_unit('m.minor_unit') }} as smallest_unit
    from charges as c
    left join currencies as m
        on c.invoice_currency_code = m.currency_code
),

summed as (
    select
        *,
        {{ total_over('net_amount', 'customer') }} as net_total
    from in_units
),

with_total as (
    select
        *,
        {{ in_whole_units('net_total', 'smallest_unit') }} as subtotal
    from summed
),

{{ largest_remainder(
    'shared', 'with_total', 'net_amount', 'smallest_unit', 'customer',
    'subtotal', order
) }},

numbered as (
    select
        *,
        row_number() over (
            partition by customer
            order by {{ order }}
        ) as line_number
    from shared
),

statement_lines as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        n.customer,
        cast(n.line_number as bigint) as line_number,
        n.payer_account_id,
        n.account_id,
        n.account_name,
        n.service_code,
        coalesce(s.service_name, n.service_code) as service_name,
        nullif(n.region, '') as region,
        nullif(n.usage_type, '') as usage_type,
        n.kind,
        nullif(n.description, '') as description,
        case when n.quantity <> {{ zero() }} then n.quantity end as quantity,
        nullif(n.unit, '') as unit,
        {{ mul_div('n.net_amount', amount(1), 'n.quantity') }} as unit_price,
        n.net_amount,
        n.rounded as amount,
        n.tax_percentage,
        n.invoice_currency_code as currency_code
    from numbered as n
    left join service_names as s
        on n.service_code = s.service_code
)

select * from statement_lines
