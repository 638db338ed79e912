with

matches as (
    select * from {{ ref('pool_line_matches') }}
),

charge_line_items as (
    select
        payer_account_id,
        currency_code,
        invoice_id,
        line_item_id,
        usage_start,
        account_id,
        service_code,
        usage_type,
        operation,
        region,
        resource_id,
        category,
        pool_key as allocation_key,
        case
            when pool_key is not null then 'commitment_fee'
            else 'passed_through'
        end as rule,
        usage_amount as units,
        base_cost,
        case
            when pool_key is not null and {{ fee_moves_to_owner() }}
                then {{ zero() }}
            else base_cost
        end as real_cost
    from matches
    where
        pool_key is null
        or role = 'commitment_fee'
)

select * from charge_line_items
