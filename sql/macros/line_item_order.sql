{#- Line item ids are neither unique nor stable, so the order of lines goes on
    to everything that may tell two lines apart; lines alike in all of it get
    the same parts in either order. -#}
{% macro line_item_order() -%}
line_item_id, slot, resource_id, usage_type, operation, base_cost,
        commitment_arn, usage_amount, units, category, service_code, region,
        invoice_id
{%- endmacro %}
