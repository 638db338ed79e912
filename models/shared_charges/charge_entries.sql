{{ config(materialized='table', schema='working') }}

{% set keys = 'payer_account_id, currency_code, rule' %}
{% set charge_keys -%}
payer_account_id,
        currency_code,
        rule,
        service_code,
        category,
        usage_start
{%- endset %}

with

line_items as (
    select * from {{ ref('charge_line_items') }}
),

parts as (
    select * from {{ ref('charge_parts') }}
),

weights as (
    select * from {{ ref('charge_weights') }}
),

shared_lines as (
    select
        {{ keys }},
        service_code,
        category,
        cast(date_trunc('day', usage_start) as timestamp) as usage_start,
        base_cost
    from line_items
    where is_shared
),

charges as (
    select
        {{ charge_keys }},
        {{ sum_amount('base_cost') }} as base_cost
    from shared_lines
    group by {{ charge_keys }}
),

parts_in_order as (
    select
        *,
        {{ total_over('percentage', 'rule') }} as all_percentages,
        {{ cumulated('percentage', 'rule', 'part') }} as cumulated_percentage
    from parts
),

cut as (
    select
        c.payer_account_id,
        c.currency_code,
        c.rule,
        p.part,
        c.service_code,
        c.category,
        c.usage_start,
        {{ share(
            'c.base_cost', 'p.cumulated_percentage', 'p.percentage',
            'p.all_percentages'
        ) }} as part_cost
    from charges as c
    inner join parts_in_order as p
        on c.rule = p.rule
),

{% set part_keys = keys ~ ', part' %}
in_order as (
    select
        *,
        {{ total_over('weight', part_keys) }} as total_weight,
        {{ cumulated('weight', part_keys, 'account_id') }} as cumulated_weight
    from weights
),

divided as (
    select
        c.payer_account_id,
        c.currency_code,
        c.rule,
        c.part,
        c.service_code,
        c.category as charged_category,
        c.usage_start,
        w.account_id,
        {{ share(
            'c.part_cost', 'w.cumulated_weight', 'w.weight', 'w.total_weight'
        ) }} as real_cost
    from cut as c
    inner join in_order as w
        on
            c.payer_account_id = w.payer_account_id
            and c.currency_code = w.currency_code
            and c.rule = w.rule
            and c.part = w.part
),

-- Rows that AWS did not bill: every bearer's part of what left the lines. A
-- tax that a rule moved is a tax still: customers pay none on it.
charge_entries as (
    select
        {{ keys }},
        part,
        account_id,
        service_code,
        charged_category,
        usage_start,
        'shared' as category,
        case when charged_category = 'tax' then 'tax' else 'shared' end
            as price_category,
        {{ zero() }} as units,
        {{ zero() }} as base_cost,
        real_cost
    from divided
    where real_cost <> {{ zero() }}
)

select * from charge_entries
