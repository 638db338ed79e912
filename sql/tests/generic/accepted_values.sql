{% test accepted_values(model, column_name, values, quote=true) %}
select
    {{ column_name }},
    count(*) as row_count
from {{ model }}
where
    {{ column_name }} is not null
    and {{ column_name }} not in (
        {%- for value in values %}
        {{ "'" ~ value ~ "'" if quote else value }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
group by {{ column_name }}
{% endtest %}
