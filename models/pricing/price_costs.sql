{{ config(materialized='table', schema='working') }}

{% set keys -%}
payer_account_id,
        currency_code,
        account_id,
        service_code,
        usage_type,
        sku,
        category
{%- endset %}

with

pool_lines as (
    select * from {{ ref('share_line_costs') }}
),

charge_lines as (
    select * from {{ ref('charge_line_items') }}
),

pool_entries as (
    select * from {{ ref('share_entries') }}
),

charge_entries as (
    select * from {{ ref('charge_entries') }}
),

tier_entries as (
    select * from {{ ref('tier_entries') }}
),

tier_lines as (
    select * from {{ ref('price_tier_costs') }}
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
{% set group_keys -%}
payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        category
{%- endset %}
lines as (
    {%- for relation, is_of_commitment in [
        ('pool_lines', 'false'), ('charge_lines', 'is_commitment_fee or is_shared')
    ] %}
    select
        {{ group_keys }},
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost,
        {{ sum_amount(
            'case when ' ~ is_of_commitment ~ ' then ' ~ zero()
            ~ ' when list_cost <> ' ~ zero()
            ~ ' then list_cost else real_cost end'
        ) }} as list_price
    from {{ relation }}
    group by {{ group_keys }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

costs as (
    select
        l.payer_account_id,
        l.currency_code,
        l.account_id,
        l.service_code,
        coalesce(g.usage_type, '') as usage_type,
        coalesce(s.sku, '') as sku,
        l.category,
        l.base_cost,
        l.real_cost,
        l.list_price
    from lines as l
    left join line_groups as g
        on
            {{ is_group_of('g', 'l') }}
    left join skus as s
        on g.sku = s.sku

    union all

    select
        {{ keys }},
        base_cost,
        real_cost,
        list_cost as list_price
    from tier_lines

    {%- for relation, list_price in [
        ('pool_entries', "case when category in (
            'lent_commitment', 'lending_credit', 'unused_commitment'
        ) then " ~ zero() ~ ' else real_cost end'),
        ('tier_entries', 'real_cost'),
        ('charge_entries', 'real_cost'),
    ] %}

    union all

    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        '' as usage_type,
        '' as sku,
        {{ 'price_category' if relation == 'charge_entries' else 'category' }}
            as category,
        base_cost,
        real_cost,
        {{ list_price }} as list_price
    from {{ relation }}
    {%- endfor %}
),

summed as (
    select
        {{ keys }},
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost,
        {{ sum_amount('list_price') }} as list_price
    from costs
    group by {{ keys }}
),

-- What no tier table has a price for is taken at real cost, too.
price_costs as (
    select
        {{ keys }},
        base_cost,
        real_cost,
        case
            when category = 'tiered' and list_price = {{ zero() }}
                then real_cost
            else list_price
        end as list_price
    from summed
)

select * from price_costs
