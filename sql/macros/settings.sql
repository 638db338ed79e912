{#- Refuses a setting that is misspelt, or whose rule is not built yet. -#}
{% macro require_one_of(name, value, allowed) -%}
{%- if value not in allowed -%}
{{ exceptions.raise_compiler_error(
    'config.yaml: ' ~ name ~ ' is `' ~ value ~ '`, expected one of '
    ~ allowed | join(', ')
) }}
{%- endif -%}
{%- endmacro %}

{#- Refuses what is no whole number, or is out of range. -#}
{% macro require_between(name, value, smallest, largest) -%}
{%- if value is not number or value != value | int
    or value < smallest or value > largest -%}
{{ exceptions.raise_compiler_error(
    'config.yaml: ' ~ name ~ ' is `' ~ value
    ~ '`, expected a whole number from ' ~ smallest ~ ' to ' ~ largest
) }}
{%- endif -%}
{%- endmacro %}
