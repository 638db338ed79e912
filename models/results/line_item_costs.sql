{{ config(materialized='table') }}

with

costs as (
    select * from {{ ref('result_lines') }}
),

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

pools as (
    select * from {{ ref('pool_services') }}
),

commitments as (
    select * from {{ ref('stg_commitments') }}
),

line_item_costs as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        c.payer_account_id,
        c.currency_code,
        c.part,
        g.invoice_id,
        g.billing_entity,
        c.line_item_id,
        g.line_item_type,
        cast(c.usage_start as timestamp(3)) as usage_start,
        cast(c.usage_end as timestamp(3)) as usage_end,
        c.account_id,
        c.service_code,
        g.usage_type,
        g.operation,
        nullif(g.region, '') as region,
        g.resource_id,
        g.sku,
        g.description,
        c.usage_amount,
        g.usage_unit,
        c.category,
        c.pool_key,
        c.tier_group,
        c.rule,
        c.units,
        p.unit,
        c.commitment_arn,
        m.owner_account_id,
        c.list_cost,
        c.base_cost,
        c.real_cost,
        g.tags
        {{- dimension_columns('g') }}
    from costs as c
    left join line_groups as g
        on
            {{ is_group_of('g', 'c') }}
    left join pools as p
        on
            c.payer_account_id = p.payer_account_id
            and c.currency_code = p.currency_code
            and c.pool_key = p.pool_key
    left join commitments as m
        on
            c.payer_account_id = m.payer_account_id
            and c.currency_code = m.currency_code
            and c.commitment_arn = m.commitment_arn
)

select * from line_item_costs
