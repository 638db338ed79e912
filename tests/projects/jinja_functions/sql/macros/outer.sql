{% macro outer(x) %}'{{ x }} {{ inner(x) }}'{% endmacro %}

{% macro around(before, after='after') %}{{ before }} {{ caller() }} {{ after }}{% endmacro %}
