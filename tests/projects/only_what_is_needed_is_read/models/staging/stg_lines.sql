{{ config(materialized='table') }}

select
    line_item_usage_account_id as account_id,
    line_item_unblended_cost as amount,
    '{{ var("billing_period") }}' as billing_period
from {{ source('cur', 'line_items') }}
