{{ config(materialized='table', schema='working') }}

{% set keys -%}
payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        category
{%- endset %}

with

pool_lines as (
    select * from {{ ref('share_line_costs') }}
),

charge_lines as (
    select * from {{ ref('charge_line_items') }}
),

skus as (
    select * from {{ ref('price_skus') }}
),

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

-- At list prices a customer pays for usage alone: what commitments cost and
-- bring is the reseller's. Lines without a public price have their real cost,
-- also beside others that have one.
summed as (
    {%- for relation, is_of_commitment in [
        ('pool_lines', 'false'), ('charge_lines', 'is_commitment_fee or is_shared')
    ] %}
    select
        {{ keys }},
        {{ sum_amount('usage_amount') }} as usage_amount,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost,
        {{ sum_amount(
            'case when ' ~ is_of_commitment ~ ' then ' ~ zero()
            ~ ' when list_cost <> ' ~ zero()
            ~ ' then list_cost else real_cost end'
        ) }} as list_price
    from {{ relation }}
    group by {{ keys }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

price_line_costs as (
    select
        l.payer_account_id,
        l.currency_code,
        l.account_id,
        l.service_code,
        l.line_group,
        coalesce(g.usage_type, '') as usage_type,
        coalesce(s.sku, '') as sku,
        l.category,
        l.usage_amount,
        l.base_cost,
        l.real_cost,
        l.list_price
    from summed as l
    left join line_groups as g
        on
            {{ is_group_of('g', 'l') }}
    left join skus as s
        on g.sku = s.sku
)

select * from price_line_costs
