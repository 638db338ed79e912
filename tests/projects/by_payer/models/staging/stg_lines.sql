{{ config(materialized='table', schema='working') }}

select
    identity_line_item_id as line_id,
    line_item_usage_account_id as payer_account_id,
    mul_div(line_item_unblended_cost, {{ var('factor') }}, 1) as amount
from {{ source('cur', 'line_items') }}
