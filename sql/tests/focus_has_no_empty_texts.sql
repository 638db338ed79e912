-- What is not there is null.
{% set texts = [
    'billing_account_id', 'billing_account_name', 'billing_account_type',
    'billing_currency', 'charge_category', 'charge_class',
    'charge_description', 'charge_frequency', 'consumed_unit',
    'host_provider_name', 'invoice_issuer_name', 'pricing_category',
    'pricing_currency', 'pricing_unit', 'publisher_name', 'region_id',
    'region_name', 'resource_id', 'resource_type', 'service_category',
    'service_name', 'service_provider_name', 'service_subcategory', 'sku_id',
    'sku_meter', 'sku_price_id', 'sub_account_id', 'sub_account_name',
    'sub_account_type', 'tags', 'x_allocation_rule', 'x_cost_category',
    'x_operation', 'x_pool_key', 'x_service_code', 'x_usage_type'
] %}
select *
from {{ ref('focus_cost_and_usage') }}
where
    {%- for name in texts %}
    rtrim({{ name }}) = ''
    {{- ' or' if not loop.last }}
    {%- endfor %}
