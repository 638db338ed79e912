with

matches as (
    select * from {{ ref('pool_line_matches') }}
),

pool_line_items as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        usage_start as slot,
        account_id,
        owner_account_id,
        role,
        case
            when role = 'usage' then 'on_demand'
            else category
        end as category,
        pool_rule as rule,
        units,
        on_demand_cost,
        amortized_cost,
        base_cost,
        invoice_id,
        line_item_id,
        service_code,
        usage_type,
        operation,
        region,
        resource_id,
        sku
    from matches
    where is_open
)

select * from pool_line_items
