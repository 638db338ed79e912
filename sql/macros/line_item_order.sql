{#- Line item ids are neither unique nor stable, so the order of lines goes on
    to everything that may tell two lines apart; lines alike in all of it get
    the same parts in either order. Lines of commitments have an ARN, too. -#}
{% macro line_item_order(has_arn=false) -%}
line_item_id, slot, line_order, base_cost,
        {% if has_arn -%} commitment_arn, {% endif -%}
        usage_amount, units, category, service_code, line_group
{%- endmacro %}
