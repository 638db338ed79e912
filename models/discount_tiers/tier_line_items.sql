{{ config(materialized='table', schema='working') }}

with

matches as (
    select * from {{ ref('tier_line_matches') }}
),

-- Free usage is billed at a rate of zero. A paid line may cost nothing too,
-- because it is tiny, so the rate decides where the report has one.
tier_line_items as (
    select
        payer_account_id,
        currency_code,
        tier_group,
        account_id,
        tier_rule as rule,
        {{ larger_of('usage_amount', zero()) }} as usage_amount,
        case
            when rate is null then base_cost = {{ zero() }}
            else replace(replace(rate, '0', ''), '.', '') = ''
        end as is_free,
        base_cost,
        invoice_id,
        line_item_id,
        usage_start,
        service_code,
        usage_type,
        operation,
        region,
        resource_id,
        sku
    from matches
    where tier_group is not null
)

select * from tier_line_items
