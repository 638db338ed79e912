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

lines as (
    select * from {{ ref('price_line_costs') }}
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

costs as (
    {%- for relation, list_price in [
        ('lines', 'list_price'), ('tier_lines', 'list_cost')
    ] %}
    select
        {{ keys }},
        base_cost,
        real_cost,
        {{ list_price }} as list_price
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

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
