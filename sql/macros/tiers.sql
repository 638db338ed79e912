{#- How much of a quantity lies in a tier; the last tier has no end. -#}
{% macro part_in_tier(quantity, start, end) -%}
case
    when {{ quantity }} <= {{ start }} then {{ zero() }}
    when {{ quantity }} <= {{ end }} or {{ end }} is null
        then {{ amount(quantity ~ ' - ' ~ start) }}
    else {{ amount(end ~ ' - ' ~ start) }}
end
{%- endmacro %}
