{{ config(enabled=var('focus').versions | length > 0) }}

with

line_costs as (
    select * from {{ ref('focus_line_costs') }}
),

entries as (
    select * from {{ ref('focus_entries') }}
),

descriptions as (
    select * from {{ ref('statement_descriptions') }}
),

-- Lines and entries with what their price is found by.
focus_costs as (
    select
        c.payer_account_id,
        c.currency_code,
        c.account_id,
        c.service_code,
        c.line_group,
        coalesce(d.usage_type, '') as usage_type,
        coalesce(d.sku, '') as sku,
        c.category as price_category,
        'line' as kind,
        case when d.is_usage then 'usage' else c.category end as category,
        cast(null as varchar) as entry,
        cast(null as varchar) as pool_key,
        cast(null as varchar) as rule,
        c.charge_period_start,
        c.charge_period_end,
        c.quantity,
        c.list_cost,
        c.list_price,
        c.base_cost,
        c.real_cost
    from line_costs as c
    left join descriptions as d
        on
            {{ is_group_of('d', 'c') }}

    union all

    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        cast(null as bigint) as line_group,
        '' as usage_type,
        '' as sku,
        price_category,
        'entry' as kind,
        category,
        case when price_category = 'tax' then 'tax' else category end as entry,
        pool_key,
        rule,
        charge_period_start,
        charge_period_end,
        {{ zero() }} as quantity,
        {{ zero() }} as list_cost,
        list_price,
        {{ zero() }} as base_cost,
        real_cost
    from entries
)

select * from focus_costs
