{% macro ping(n) %}{{ pong(n) }}{% endmacro %}
