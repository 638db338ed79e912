{#- Refuses a setting that is misspelt, or whose rule is not built yet. -#}
{% macro require_one_of(name, value, allowed) -%}
{%- if value not in allowed -%}
{{ exceptions.raise_compiler_error(
    'config.yaml: ' ~ name ~ ' is `' ~ value ~ '`, expected one of '
    ~ allowed | join(', ')
) }}
{%- endif -%}
{%- endmacro %}
