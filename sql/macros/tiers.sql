{#- How much of a quantity lies in a tier; the last tier has no end. -#}
{% macro part_in_tier(quantity, start, end) -%}
case
    when {{ quantity }} <= {{ start }} then {{ zero() }}
    when {{ quantity }} <= {{ end }} or {{ end }} is null
        then {{ amount(quantity ~ ' - ' ~ start) }}
    else {{ amount(end ~ ' - ' ~ start) }}
end
{%- endmacro %}

{#- A CTE `rates` over tier_rates: the tables of the period by tier group. -#}
{% macro rates_by_tier_group() -%}
rates as (
    select
        t.tier_table || '/' || t.region as tier_group,
        t.from_quantity,
        t.to_quantity,
        t.rate,
        t.unit
    from tier_rates as t
    where {{ in_force('t') }}
)
{%- endmacro %}

{#- What lies of a quantity in a tier `r` of the table, at its rate. -#}
{% macro cost_in_tier(quantity) -%}
{{ product(
    part_in_tier(quantity, 'r.from_quantity', 'r.to_quantity'),
    'r.rate'
) }}
{%- endmacro %}
