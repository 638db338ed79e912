{% test none(model) %}select * from {{ model }} where one = 2{% endtest %}
