{{ config(materialized='table', schema='working') }}

with

pool_line_items as (
    select * from {{ ref('pool_line_items') }}
),

slot_costs as (
    select * from {{ ref('share_slot_costs') }}
),

{% if var('sharing').policy == 'as_billed' -%}
parts as (
    select
        *,
        {%- for name in ['own_commitment', 'borrowed', 'on_demand'] %}
        case
            when category = '{{ name }}' then base_cost
            else {{ zero() }}
        end as {{ name }}_part
        {{- ',' if not loop.last }}
        {%- endfor %}
    from pool_line_items
),
{%- else -%}
-- What an account pays in a slot is spread over its own lines by units,
-- each category by itself.
weighted as (
    select
        l.*,
        s.slot_account,
        s.own_cost as account_own_cost,
        s.borrowed_cost as account_borrowed_cost,
        s.on_demand_cost as account_on_demand_cost,
        {{ weight_in_account('l', 'units', 's', 'demand') }}
    from pool_line_items as l
    inner join slot_costs as s
        on
            l.payer_account_id = s.payer_account_id
            and l.currency_code = s.currency_code
            and l.pool_key = s.pool_key
            and l.slot = s.slot
            and l.account_id = s.account_id
),

in_order as (
    select
        *,
        {{ cumulated(
            'weight', 'account_id, slot, slot_account', line_item_order()
        ) }} as cumulated_weight
    from weighted
),

parts as (
    select
        *,
        {%- for name, cost in [
            ('own_commitment', 'account_own_cost'),
            ('borrowed', 'account_borrowed_cost'),
            ('on_demand', 'account_on_demand_cost'),
        ] %}
        {{ share(cost, 'cumulated_weight', 'weight', 'total_weight') }}
            as {{ name }}_part
        {{- ',' if not loop.last }}
        {%- endfor %}
    from in_order
),
{%- endif %}

share_line_costs as (
    select
        payer_account_id,
        currency_code,
        invoice_id,
        line_item_id,
        slot,
        account_id,
        service_code,
        usage_type,
        operation,
        region,
        resource_id,
        sku,
        category,
        pool_key,
        rule,
        units,
        on_demand_cost as list_cost,
        base_cost,
        own_commitment_part as own_cost,
        borrowed_part as borrowed_cost,
        on_demand_part as on_demand_cost,
        {{ amount('own_commitment_part + borrowed_part + on_demand_part') }}
            as real_cost
    from parts
)

select * from share_line_costs
