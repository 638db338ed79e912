{{ config(
    materialized='table',
    enabled=var('focus').versions | length > 0
) }}

{% set month = "cast('" ~ var('billing_period') ~ "-01' as timestamp)" %}
{% set no_text = 'cast(null as varchar)' %}

with

charges as (
    select * from {{ ref('focus_described_charges') }}
),

accounts as (
    select * from {{ ref('focus_accounts') }}
),

focus_cost_and_usage as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        c.payer_account_id,
        c.currency_code,
        a.customer,
        a.account_group,
        c.account_id,
        c.billed_cost,
        case
            when a.is_margin then c.payer_account_id
            else coalesce(a.billing_account_id, c.account_id)
        end as billing_account_id,
        case
            when a.is_margin then {{ focus_issuer() }}
            else coalesce(a.billing_account_name, c.account_id)
        end as billing_account_name,
        coalesce(a.billing_account_type, 'Account') as billing_account_type,
        c.invoice_currency_code as billing_currency,
        cast({{ month }} + interval '1' month as timestamp(3))
            as billing_period_end,
        cast({{ month }} as timestamp(3)) as billing_period_start,
        c.charge_category,
        {{ no_text }} as charge_class,
        c.description as charge_description,
        c.named_frequency as charge_frequency,
        cast(c.charge_period_end as timestamp(3)) as charge_period_end,
        cast(c.charge_period_start as timestamp(3)) as charge_period_start,
        c.usage_quantity as consumed_quantity,
        case when c.is_usage then c.unit end as consumed_unit,
        c.billed_cost as contracted_cost,
        {{ unit_price('c.contracted_price') }} as contracted_unit_price,
        c.billed_cost as effective_cost,
        case
            when c.kind in ('item', 'plan_tax') then {{ focus_issuer() }}
            else 'AWS'
        end as host_provider_name,
        {{ focus_issuer() }} as invoice_issuer_name,
        case
            when c.is_usage then c.billed_list_cost
            else c.billed_cost
        end as list_cost,
        {{ unit_price('c.list_price') }} as list_unit_price,
        case
            when c.is_usage and c.usage_type like '%SpotUsage%' then 'Dynamic'
            when c.is_usage then 'Standard'
        end as pricing_category,
        c.currency_code as pricing_currency,
        {{ unit_price('c.pricing_currency_price') }}
            as pricing_currency_contracted_unit_price,
        c.price as pricing_currency_effective_cost,
        {{ unit_price('c.pricing_currency_list_price') }}
            as pricing_currency_list_unit_price,
        c.usage_quantity as pricing_quantity,
        case when c.is_usage then c.unit end as pricing_unit,
        case
            when c.kind in ('item', 'plan_tax') then {{ focus_issuer() }}
            when c.is_marketplace then 'AWS Marketplace'
            else 'AWS'
        end as publisher_name,
        c.region as region_id,
        c.region_name,
        c.resource_id,
        {{ resource_type('c.resource_id', 'c.service_code') }}
            as resource_type,
        c.service_category,
        c.service_name,
        {{ focus_issuer() }} as service_provider_name,
        c.service_subcategory,
        case when c.is_usage then c.sku end as sku_id,
        case when c.is_usage then coalesce(c.usage_type, c.service_code) end
            as sku_meter,
        case when c.is_usage then c.sku end as sku_price_id,
        case when not coalesce(a.is_margin, false) then c.account_id end
            as sub_account_id,
        case
            when not coalesce(a.is_margin, false)
                then coalesce(a.account_name, c.account_id)
        end as sub_account_name,
        case
            when not coalesce(a.is_margin, false) then 'Linked account'
        end
            as sub_account_type,
        c.tags,
        c.rule as x_allocation_rule,
        c.base_cost as x_base_cost,
        c.category as x_cost_category,
        c.operation as x_operation,
        case
            when {{ has_account_id('c.pool_key') }}
                then split_part(c.pool_key, '/', 1) || '/'
                    || split_part(c.pool_key, '/', 2)
            else c.pool_key
        end as x_pool_key,
        c.real_cost as x_real_cost,
        c.service_code as x_service_code,
        c.usage_type as x_usage_type
    from charges as c
    left join accounts as a
        on c.account_id = a.account_id
)

select * from focus_cost_and_usage
