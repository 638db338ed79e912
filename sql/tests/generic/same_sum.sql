{% test same_sum(model, column_name, to, field, by) %}
with

both_sides as (
    select
        {{ by | join(', ') }},
        {{ column_name }} as amount
    from {{ model }}

    union all

    select
        {{ by | join(', ') }},
        -{{ field }} as amount
    from {{ to }}
)

select
    {{ by | join(', ') }},
    sum({{ amount('amount') }}) as difference
from both_sides
group by {{ by | join(', ') }}
having sum({{ amount('amount') }}) <> {{ zero() }}
{% endtest %}
