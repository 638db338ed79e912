{# {% macro said(n) %} says nothing {% endmacro %} #}
{% macro other(n) %}{{ said(n) }}{% endmacro %}
