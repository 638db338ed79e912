{{ config(materialized='table', schema='working') }}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

-- Lines are millions, kinds of usage a few thousand: all reading of usage
-- types happens on the kinds.
pool_kinds as (
    select
        payer_account_id,
        service_code,
        usage_type,
        operation,
        region,
        max(normalization_factor) as cur_factor,
        min(
            case
                when role <> 'commitment_fee' and usage_end > usage_start then
                    {{ epoch_seconds('usage_end') }}
                    - {{ epoch_seconds('usage_start') }}
            end
        ) as shortest_seconds
    from line_items
    where role <> 'charge'
    group by
        payer_account_id,
        service_code,
        usage_type,
        operation,
        region
)

select * from pool_kinds
