{{ config(materialized='table') }}
{% set tables = 15 if var('slow') else 1 %}

select
    '{{ var("billing_period") }}' as billing_period,
    count(nullif(c{{ tables }}.account_id, '')) as row_count,
    {{ var('factor') }} as factor
from {{ ref('costs') }} as c1
{% for n in range(2, tables + 1) %}
cross join {{ ref('stg_lines') }} as c{{ n }}
{% endfor %}
