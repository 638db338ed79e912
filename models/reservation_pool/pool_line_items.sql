with

matches as (
    select * from {{ ref('pool_line_matches') }}
),

prices as (
    select * from {{ ref('pool_prices') }}
),

-- What AWS charges on demand for what a plan covered is on the line itself; of
-- what a reservation covered the public cost is, which is brought to the price
-- level that the payer's uncovered usage of the pool has.
-- https://docs.aws.amazon.com/cur/latest/userguide/cur-sp.html
valued as (
    select
        m.*,
        case
            when m.role = 'usage' then m.base_cost
            when m.pool_unit = 'dollars of commitment' then m.billed_cost
            when m.on_demand_cost > {{ zero() }} then coalesce(
                {{ mul_div(
                    'm.on_demand_cost', 'p.priced_base_cost', 'p.public_cost'
                ) }},
                m.on_demand_cost
            )
            else coalesce(
                {{ mul_div('m.units', 'p.base_cost', 'p.units') }},
                m.base_cost
            )
        end as on_demand_value
    from matches as m
    left join prices as p
        on
            m.payer_account_id = p.payer_account_id
            and m.currency_code = p.currency_code
            and m.pool_key = p.pool_key
            and m.role = 'covered'
    where m.is_open
),

pool_line_items as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        pool_unit,
        usage_start as slot,
        usage_end,
        account_id,
        role,
        coalesce(account_id = owner_account_id, false) as is_own_covered,
        category,
        pool_rule as rule,
        units,
        usage_amount,
        on_demand_cost as list_cost,
        amortized_cost,
        base_cost,
        {{ larger_of('on_demand_value', zero()) }} as on_demand_value,
        line_group,
        line_order,
        line_item_id,
        service_code,
        usage_type,
        operation,
        region,
        commitment_arn
    from valued
)

select * from pool_line_items
