{{ config(materialized='table', schema='working') }}

with

tier_line_items as (
    select * from {{ ref('tier_line_items') }}
),

tier_usage as (
    select
        payer_account_id,
        currency_code,
        tier_group,
        account_id,
        cast(count(*) as bigint) as line_item_count,
        {{ sum_amount('usage_amount') }} as usage_amount,
        {{ sum_amount(
            'case when is_zero_rated then usage_amount else ' ~ zero() ~ ' end'
        ) }} as zero_rated_usage,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('abs(base_cost)') }} as absolute_cost
    from tier_line_items
    group by
        payer_account_id,
        currency_code,
        tier_group,
        account_id
)

select * from tier_usage
