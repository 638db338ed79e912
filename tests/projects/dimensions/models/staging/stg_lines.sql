{{ config(materialized='table') }}

select
    '{{ var("billing_period") }}' as billing_period,
    line_item_usage_account_id as account_id,
    line_item_unblended_cost as amount
    {%- for name in var('dimensions', {}) %},
    {{ name }}
    {%- endfor %}
from {{ source('cur', 'line_items') }}
