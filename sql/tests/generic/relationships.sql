{% test relationships(model, column_name, to, field) %}
select m.{{ column_name }}
from {{ model }} as m
left join {{ to }} as t
    on m.{{ column_name }} = t.{{ field }}
where
    m.{{ column_name }} is not null
    and t.{{ field }} is null
group by m.{{ column_name }}
{% endtest %}
