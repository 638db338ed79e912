{{ config(materialized='table', schema='working') }}

{% set keys = 'payer_account_id, currency_code, rule' %}

with

line_items as (
    select * from {{ ref('charge_line_items') }}
),

weights as (
    select * from {{ ref('charge_weights') }}
),

-- A tax that a rule moved is a tax still: customers pay none on it.
charges as (
    select
        {{ keys }},
        service_code,
        category = 'tax' as is_tax,
        {{ sum_amount('base_cost') }} as base_cost
    from line_items
    where is_shared
    group by
        {{ keys }},
        service_code,
        category = 'tax'
),

in_order as (
    select
        *,
        {{ total_over('weight', keys) }} as total_weight,
        {{ cumulated('weight', keys, 'account_id') }} as cumulated_weight
    from weights
),

divided as (
    select
        c.payer_account_id,
        c.currency_code,
        c.rule,
        c.service_code,
        c.is_tax,
        w.account_id,
        {{ share(
            'c.base_cost', 'w.cumulated_weight', 'w.weight', 'w.total_weight'
        ) }} as real_cost
    from charges as c
    inner join in_order as w
        on
            c.payer_account_id = w.payer_account_id
            and c.currency_code = w.currency_code
            and c.rule = w.rule
),

-- Rows that AWS did not bill: every bearer's part of what left the lines.
charge_entries as (
    select
        {{ keys }},
        account_id,
        service_code,
        'shared' as category,
        case when is_tax then 'tax' else 'shared' end as price_category,
        {{ zero() }} as units,
        {{ zero() }} as base_cost,
        real_cost
    from divided
    where real_cost <> {{ zero() }}
)

select * from charge_entries
