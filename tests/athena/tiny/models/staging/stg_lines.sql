{{ config(materialized='table', schema='working') }}

select
    identity_line_item_id as line_id,
    line_item_usage_account_id as payer_account_id,
    line_item_usage_start_date as started_at,
    cast({{ var('factor') }} as bigint) as factor,
    line_item_unblended_cost as amount
from {{ source('cur', 'line_items') }}
