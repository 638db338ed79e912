{{ config(materialized='table', schema='working') }}

with

matches as (
    select * from {{ ref('tier_line_matches') }}
),

-- Free usage is billed at a rate of zero, written as `0.0000000000` or `0E-10`.
-- A paid line may cost nothing too, because it is tiny, so the rate decides
-- where the report has one.
tier_line_items as (
    select
        payer_account_id,
        currency_code,
        tier_group,
        account_id,
        tier_rule as rule,
        {{ larger_of('usage_amount', zero()) }} as usage_amount,
        case
            when coalesce(rate, '') = '' then base_cost = {{ zero() }}
            else replace(replace(
                split_part(lower(rate), 'e', 1), '0', ''
            ), '.', '') = ''
        end as is_zero_rated,
        base_cost,
        line_group,
        line_order,
        line_item_id,
        usage_start,
        usage_end,
        on_demand_cost as list_cost,
        service_code
    from matches
    where tier_group is not null
)

select * from tier_line_items
