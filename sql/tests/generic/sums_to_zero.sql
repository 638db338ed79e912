{% test sums_to_zero(model, column_name, by) %}
select
    {{ by | join(', ') }},
    sum({{ column_name }}) as difference
from {{ model }}
group by {{ by | join(', ') }}
having sum({{ column_name }}) <> {{ zero() }}
{% endtest %}
