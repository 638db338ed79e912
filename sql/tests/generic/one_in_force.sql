{#- A dated table may change on a day, but of two rows with one key there must
    never be a day on which both are in force. -#}
{% test one_in_force(model, columns) %}
with

numbered as (
    select
        *,
        row_number() over (
            partition by {{ columns | join(', ') }}
            order by
                valid_from,
                coalesce(valid_until, '9999-12-31')
        ) as row_position
    from {{ model }}
)

select
    {% for column in columns -%}
    n.{{ column }},
    {% endfor -%}
    n.valid_from,
    n.valid_until
from numbered as n
inner join numbered as m
    on
        {% for column in columns -%}
        coalesce(cast(n.{{ column }} as varchar), '')
            = coalesce(cast(m.{{ column }} as varchar), '')
        and {% endfor -%}
        n.row_position < m.row_position
where
    n.valid_from < coalesce(m.valid_until, '9999-12-31')
    and m.valid_from < coalesce(n.valid_until, '9999-12-31')
{% endtest %}
