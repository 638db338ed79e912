{{ config(
    materialized='table',
    schema='working',
    enabled=var('focus').versions | length > 0
) }}

with

charges as (
    select * from {{ ref('focus_billed_costs') }}
),

line_groups as (
    select * from {{ ref('focus_line_groups') }}
),

kinds as (
    select * from {{ ref('focus_charge_kinds') }}
),

service_names as (
    select * from {{ ref('stg_service_names') }}
),

services as (
    select * from {{ ref('focus_services') }}
),

described as (
    select
        c.*,
        coalesce(g.charge_category, k.charge_category, 'Adjustment')
            as named_category,
        coalesce(g.charge_frequency, k.charge_frequency, 'One-Time')
            as named_frequency,
        coalesce(n.service_name, c.service_code) as service_name,
        coalesce(s.service_category, 'Other') as service_category,
        coalesce(s.service_subcategory, 'Other (Other)')
            as service_subcategory,
        coalesce(
            g.description, c.item, k.description, n.service_name,
            c.service_code
        ) as description,
        coalesce(g.is_marketplace, false) as is_marketplace,
        g.usage_type,
        g.operation,
        g.resource_id,
        g.region,
        g.region_name,
        g.sku,
        g.unit,
        g.tags,
        {{ has_unit_price('c.price', 'c.quantity') }}
            and {{ has_unit_price('c.list_cost', 'c.quantity') }}
            and {{ has_unit_price('c.billed_cost', 'c.quantity') }}
            and {{ has_unit_price('c.billed_list_cost', 'c.quantity') }}
            as has_unit_price
    from charges as c
    left join line_groups as g
        on
            {{ is_group_of('g', 'c') }}
    left join kinds as k
        on
            c.kind = k.kind
            and c.entry = k.code
    left join service_names as n
        on c.service_code = n.service_code
    left join services as s
        on c.service_code = s.service_code
),

-- Usage without a price by unit is no usage to FOCUS, which wants one.
focus_described_charges as (
    select
        *,
        case
            when named_category = 'Usage' and not has_unit_price
                then 'Adjustment'
            else named_category
        end as charge_category,
        named_category = 'Usage' and has_unit_price as is_usage,
        case
            when named_category = 'Usage' and has_unit_price then quantity
        end as usage_quantity,
        {%- for price, cost in [
            ('pricing_currency_price', 'price'),
            ('pricing_currency_list_price', 'list_cost'),
            ('contracted_price', 'billed_cost'),
            ('list_price', 'billed_list_cost'),
        ] %}
        case
            when named_category = 'Usage' and has_unit_price
                then {{ hundred_millionths(cost, 'quantity') }}
        end as {{ price }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from described
)

select * from focus_described_charges
