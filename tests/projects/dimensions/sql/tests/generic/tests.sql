{% test not_null(model, column_name) %}
select *
from {{ model }}
where {{ column_name }} is null
{% endtest %}

{% test at_most(model, column_name, limit) %}
select
    account_id,
    {{ column_name }}
from {{ model }}
where {{ column_name }} > {{ limit }}
order by account_id
{% endtest %}

{% test unique_grain(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
