{% macro own(n) %}{{ own(n + 1) }}{% endmacro %}
