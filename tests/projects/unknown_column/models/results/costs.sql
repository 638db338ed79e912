{% set names = ['line_id', 'region'] %}

select
    {% for name in names %}
    {{ name }},
    {% endfor %}
    acount_id,
    amount
from {{ ref('stg_lines') }}
