{{ config(materialized='table') }}

select
    '{{ var("billing_period") }}' as billing_period,
    identity_line_item_id as line_id,
    line_item_usage_account_id as account_id,
    line_item_usage_start_date as started_at,
    product_region_code as region,
    line_item_unblended_cost as amount,
    tag
from {{ source('cur', 'line_items') }}
