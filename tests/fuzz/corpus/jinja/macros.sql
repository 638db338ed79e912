{% macro m(x, y=2) -%}
  {{ x }}-{{ y }}
{%- endmacro %}
{% macro n() %}{{ m(1) }}{{ caller() }}{% endmacro %}
{% call n() %}größe{% endcall %}
