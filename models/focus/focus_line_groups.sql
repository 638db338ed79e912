{{ config(enabled=var('focus').versions | length > 0) }}

with

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

descriptions as (
    select * from {{ ref('statement_descriptions') }}
),

units as (
    select * from {{ ref('focus_units') }}
),

kinds as (
    select * from {{ ref('focus_charge_kinds') }}
),

regions as (
    select
        region,
        max(region_name) as region_name
    from {{ ref('region_names') }} as r
    where {{ in_force('r') }}
    group by region
),

-- What describes lines, in the words of FOCUS. Types of lines that nobody knew
-- pass through as credits, if they end in Discount, or adjustments.
focus_line_groups as (
    select
        g.payer_account_id,
        g.account_id,
        g.service_code,
        g.line_group,
        coalesce(
            k.charge_category,
            case
                when {{ is_discount('g.line_item_type') }} then 'Credit'
                else 'Adjustment'
            end
        ) as charge_category,
        coalesce(k.charge_frequency, 'One-Time') as charge_frequency,
        coalesce(
            nullif(d.description, ''), nullif(k.description, ''),
            nullif(g.usage_type, '')
        ) as description,
        coalesce(g.billing_entity, '') = 'AWS Marketplace' as is_marketplace,
        nullif(g.usage_type, '') as usage_type,
        nullif(g.operation, '') as operation,
        nullif(g.resource_id, '') as resource_id,
        nullif(g.region, '') as region,
        coalesce(r.region_name, nullif(g.region, '')) as region_name,
        coalesce(
            nullif(g.sku, ''),
            g.service_code || '/' || coalesce(g.usage_type, '') || '/'
            || coalesce(g.operation, '')
        ) as sku,
        coalesce(u.focus_unit, nullif(g.usage_unit, ''), 'Units') as unit,
        nullif(g.tags, '') as tags
    from line_groups as g
    left join descriptions as d
        on
            {{ is_group_of('d', 'g') }}
    left join kinds as k
        on
            k.kind = 'line'
            and g.line_item_type = k.code
    left join units as u
        on g.usage_unit = u.usage_unit
    left join regions as r
        on g.region = r.region
)

select * from focus_line_groups
