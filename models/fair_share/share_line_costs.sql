{{ config(materialized='table', schema='working') }}

with

pool_line_items as (
    select * from {{ ref('pool_line_items') }}
),

slot_costs as (
    select * from {{ ref('share_slot_costs') }}
),

moved_line_costs as (
    select * from {{ ref('share_moved_line_costs') }}
),

unmoved_lines as (
    select l.*
    from pool_line_items as l
    left join slot_costs as s
        on
            l.payer_account_id = s.payer_account_id
            and l.currency_code = s.currency_code
            and l.pool_key = s.pool_key
            and l.slot = s.slot
            and l.account_id = s.account_id
    where not ({{ is_moved_line('l', 's') }})
),

-- Lines that their own commitment covered, and lines of accounts of which no
-- unit moved, cost what they cost.
unmoved_line_costs as (
    select
        {{ shared_line_columns() }},
        case
            when is_own_covered then base_cost
            else {{ zero() }}
        end as own_cost,
        case
            when role = 'usage' or is_own_covered then {{ zero() }}
            when units > {{ zero() }} then amortized_cost
            else base_cost
        end as borrowed_cost,
        case
            when role = 'usage' then base_cost
            else {{ zero() }}
        end as on_demand_cost,
        case
            when is_own_covered then units
            else {{ zero() }}
        end as own_units,
        case
            when role = 'covered' and not is_own_covered then units
            else {{ zero() }}
        end as borrowed_units
    from unmoved_lines
),

line_costs as (
    select * from unmoved_line_costs

    union all

    select * from moved_line_costs
),

share_line_costs as (
    select
        {{ shared_line_columns() }},
        own_cost,
        borrowed_cost,
        on_demand_cost,
        own_units,
        borrowed_units,
        {{ amount('units - own_units - borrowed_units') }} as on_demand_units,
        {{ amount('own_cost + borrowed_cost + on_demand_cost') }} as real_cost
    from line_costs
)

select * from share_line_costs
