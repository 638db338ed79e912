-- The control case: with both policies `as_billed`, every line keeps its cost,
-- but for charges that a rule gives to others.
select *
from {{ ref('line_item_costs') }}
where
    base_cost <> real_cost
    and category <> 'shared'
    and rule not in (select rule from {{ ref('charge_bearers') }})
    {% if 'as_billed' != var('sharing').policy
        or 'as_billed' != var('tiers').policy -%}
    and false
    {%- endif %}
