{% macro inner(x, y='b') %}{{ x }} in {{ y }} of {{ var('billing_period') }}{% endmacro %}
