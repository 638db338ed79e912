{% set names = ['line_id', 'account_id'] %}

select
    {% for name in names %}
    {{ name }},
    {% endfor %}
    sum(amount as amount
from {{ ref('stg_lines') }}
