-- In doubles, and as near as the official validator wants it: a billionth of
-- the cost, or of 1. Prices are not negative.
{% set costs = [
    ('contracted_unit_price', 'contracted_cost'),
    ('list_unit_price', 'list_cost'),
    (
        'pricing_currency_contracted_unit_price',
        'pricing_currency_effective_cost'
    ),
] %}
select *
from {{ ref('focus_cost_and_usage') }}
where
    {%- for price, cost in costs %}
    {{ price }} < 0
    or abs({{ double(price) }} * {{ double('pricing_quantity') }}
        - {{ double(cost) }})
    > {{ double('0.000000001') }} * case
        when abs({{ cost }}) > 1 then {{ double('abs(' ~ cost ~ ')') }}
        else {{ double(1) }}
    end
    {{- '\n    or' if not loop.last }}
    {%- endfor %}
