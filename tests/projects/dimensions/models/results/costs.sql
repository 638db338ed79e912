{{ config(materialized='table') }}

select
    billing_period,
    account_id,
    cast(sum(amount) as decimal(28, 10)) as amount
    {%- for name in var('dimensions', {}) %},
    {{ name }}
    {%- endfor %}
from {{ ref('stg_lines') }}
group by
    billing_period,
    account_id
    {%- for name in var('dimensions', {}) %},
    {{ name }}
    {%- endfor %}
