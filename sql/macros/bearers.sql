{#- What a rule's bearers name, with semicolons between: accounts by their ids,
    and groups as `group:<name>`. A single group needs no `list:` before it. -#}
{% macro entries_of(bearers) -%}
case
    when {{ bearers }} like 'list:%' then substr({{ bearers }}, 6)
    else {{ bearers }}
end
{%- endmacro %}
