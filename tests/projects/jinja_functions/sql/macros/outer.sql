{% macro outer(x) %}'{{ x }} {{ inner(x) }}'{% endmacro %}
