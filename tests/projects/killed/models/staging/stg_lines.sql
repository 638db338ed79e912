{{ config(materialized='table') }}

select
    '{{ var("billing_period") }}' as billing_period,
    identity_line_item_id as line_id,
    line_item_usage_account_id as account_id,
    cast(line_item_unblended_cost * {{ var('factor') }} as decimal(28,10)) as amount
from {{ source('cur', 'line_items') }}
