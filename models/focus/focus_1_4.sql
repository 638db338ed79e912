{{ config(
    materialized='table',
    enabled='1.4' in var('focus').versions | map('string') | list
) }}

with

cost_and_usage as (
    select * from {{ ref('focus_cost_and_usage') }}
),

-- Without the account of margins, which is the issuer's own, and what charges
-- nothing: lines of shared charges, which others bear.
focus_1_4 as (
    select
        billing_period,
        period_start,
        payer_account_id,
        currency_code,
        customer,
        account_group,
        account_id,
        cast(null as varchar) as allocated_method_details,
        cast(null as varchar) as allocated_method_id,
        cast(null as varchar) as allocated_resource_id,
        cast(null as varchar) as allocated_resource_name,
        cast(null as varchar) as allocated_tags,
        cast(null as varchar) as availability_zone,
        billed_cost,
        billing_account_id,
        billing_account_name,
        billing_account_type,
        billing_currency,
        billing_period_end,
        billing_period_start,
        cast(null as varchar) as capacity_reservation_id,
        cast(null as varchar) as capacity_reservation_status,
        charge_category,
        charge_class,
        charge_description,
        charge_frequency,
        charge_period_end,
        charge_period_start,
        cast(null as varchar) as commitment_discount_category,
        cast(null as varchar) as commitment_discount_id,
        cast(null as varchar) as commitment_discount_name,
        cast(null as decimal(28, 10)) as commitment_discount_quantity,
        cast(null as varchar) as commitment_discount_status,
        cast(null as varchar) as commitment_discount_type,
        cast(null as varchar) as commitment_discount_unit,
        cast(null as varchar) as commitment_program_eligibility_details,
        consumed_quantity,
        consumed_unit,
        cast(null as varchar) as contract_applied,
        contracted_cost,
        contracted_unit_price,
        effective_cost,
        host_provider_name,
        cast(null as varchar) as invoice_detail_id,
        cast(null as varchar) as invoice_id,
        invoice_issuer_name,
        list_cost,
        list_unit_price,
        pricing_category,
        pricing_currency,
        pricing_currency_contracted_unit_price,
        pricing_currency_effective_cost,
        pricing_currency_list_unit_price,
        pricing_quantity,
        pricing_unit,
        region_id,
        region_name,
        resource_id,
        cast(null as varchar) as resource_name,
        resource_type,
        service_category,
        service_name,
        service_provider_name,
        service_subcategory,
        sku_id,
        sku_meter,
        cast(null as varchar) as sku_price_details,
        sku_price_id,
        sub_account_id,
        sub_account_name,
        sub_account_type,
        tags,
        x_allocation_rule,
        x_cost_category,
        x_operation,
        x_pool_key,
        x_service_code,
        x_usage_type
    from cost_and_usage
    where
        account_id <> '{{ var("margin_account") }}'
        and (
            billed_cost <> {{ zero() }}
            or pricing_currency_effective_cost <> {{ zero() }}
            or list_cost <> {{ zero() }}
            or pricing_quantity is not null
        )
)

select * from focus_1_4
