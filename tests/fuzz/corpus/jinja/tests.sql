{% test one(model, column_name) %}
select {{ column_name }} from {{ model }}
{% endtest %} {% test two(model) -%} x {{ nothing }} {%- endtest %}
