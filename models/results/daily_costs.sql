{{ config(materialized='table') }}

with

line_days as (
    select * from {{ ref('result_line_days') }}
),

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

line_item_types as (
    select * from {{ ref('line_item_types') }} as t
    where {{ in_force('t') }}
),

accounts as (
    select * from {{ ref('stg_account_facts') }}
),

service_names as (
    select * from {{ ref('stg_service_names') }}
),

-- Negations, discounts and fees repeat the quantity of what they belong to.
summed as (
    select
        c.usage_date,
        c.payer_account_id,
        c.currency_code,
        c.account_id,
        c.service_code,
        g.usage_type,
        nullif(g.region, '') as region,
        c.category,
        g.usage_unit,
        {{ sum_amount(
            "case when t.role in ('usage', 'covered') then c.usage_amount else "
            ~ zero() ~ ' end'
        ) }} as usage_amount,
        {{ sum_amount('c.list_cost') }} as list_cost,
        {{ sum_amount('c.base_cost') }} as base_cost,
        {{ sum_amount('c.real_cost') }} as real_cost
        {{- dimension_columns('g') }}
    from line_days as c
    left join line_groups as g
        on
            {{ is_group_of('g', 'c') }}
    left join line_item_types as t
        on g.line_item_type = t.line_item_type
    group by
        c.usage_date,
        c.payer_account_id,
        c.currency_code,
        c.account_id,
        c.service_code,
        g.usage_type,
        nullif(g.region, ''),
        c.category,
        g.usage_unit
        {{- dimension_columns('g') }}
),

daily_costs as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        c.payer_account_id,
        c.currency_code,
        c.usage_date,
        c.account_id,
        a.account_name,
        a.account_group,
        a.customer,
        c.service_code,
        coalesce(s.service_name, c.service_code) as service_name,
        c.usage_type,
        c.region,
        c.category,
        c.usage_amount,
        c.usage_unit,
        c.list_cost,
        c.base_cost,
        c.real_cost
        {{- dimension_columns('c') }}
    from summed as c
    left join accounts as a
        on c.account_id = a.account_id
    left join service_names as s
        on c.service_code = s.service_code
)

select * from daily_costs
