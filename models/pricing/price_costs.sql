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

costs as (
    {%- for relation, usage_type, base_cost, real_cost, list_cost in [
        ('pool_lines', 'usage_type', 'base_cost', 'real_cost', 'list_cost'),
        ('charge_lines', 'usage_type', 'base_cost', 'real_cost',
            'list_cost'),
        ('tier_lines', 'usage_type', 'base_cost', 'real_cost', 'list_cost'),
        ('pool_entries', "''", 'base_cost', 'real_cost', zero()),
        ('tier_entries', "''", 'base_cost', 'real_cost', zero()),
        ('charge_entries', "''", 'base_cost', 'real_cost', zero()),
    ] %}
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        {{ usage_type }} as usage_type,
        {{ "''" if usage_type == "''" else "coalesce(s.sku, '')" }} as sku,
        {{ 'price_category' if relation == 'charge_entries' else 'category' }}
            as category,
        {{ base_cost }} as base_cost,
        {{ real_cost }} as real_cost,
        {{ list_cost }} as list_cost
    from {{ relation }}
    {%- if usage_type != "''" %}
    left join skus as s
        on {{ relation }}.sku = s.sku
    {%- endif %}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

summed as (
    select
        {{ keys }},
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost,
        {{ sum_amount('list_cost') }} as list_cost
    from costs
    group by {{ keys }}
),

-- At list prices a customer pays for usage alone: what commitments cost and
-- bring is the reseller's. Usage without a public price has its real cost.
price_costs as (
    select
        {{ keys }},
        base_cost,
        real_cost,
        case
            when category in (
                'lent_commitment', 'lending_credit', 'unused_commitment'
            )
                then {{ zero() }}
            when list_cost <> {{ zero() }} then list_cost
            else real_cost
        end as list_price
    from summed
)

select * from price_costs
