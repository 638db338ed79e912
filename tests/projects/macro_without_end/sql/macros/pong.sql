{% macro pong(n) %}
  {{ ping(n) }}
{% endmacro %}
