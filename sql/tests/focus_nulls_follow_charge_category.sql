-- Usage has a quantity, a unit, prices and a SKU; all else has none of them.
{% set of_usage = [
    'consumed_quantity', 'consumed_unit', 'contracted_unit_price',
    'list_unit_price', 'pricing_category',
    'pricing_currency_contracted_unit_price',
    'pricing_currency_list_unit_price', 'pricing_quantity', 'pricing_unit',
    'sku_id', 'sku_meter', 'sku_price_id'
] %}
{% set of_others = [
    ('sub_account_id', 'sub_account_name'),
    ('sub_account_id', 'sub_account_type'), ('region_id', 'region_name'),
    ('resource_id', 'resource_type')
] %}
select *
from {{ ref('focus_cost_and_usage') }}
where
    {%- for name in of_usage %}
    (charge_category = 'Usage') = ({{ name }} is null)
    or
    {%- endfor %}
    {%- for one, other in of_others %}
    ({{ one }} is null) <> ({{ other }} is null)
    {{- ' or' if not loop.last }}
    {%- endfor %}
