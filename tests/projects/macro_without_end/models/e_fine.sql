{% macro down(n) %}{% if n > 0 %}{{ down(n - 1) }}{% else %}0{% endif %}{% endmacro %}
select {{ down(20) }} as one
