{% macro amount(x) %}{{ x }}{% endmacro %}
