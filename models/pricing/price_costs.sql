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
    {%- for relation, usage_type, list_cost, is_of_commitment in [
        ('pool_lines', 'usage_type', 'list_cost', 'false'),
        ('charge_lines', 'usage_type', 'list_cost', 'is_commitment_fee'),
        ('tier_lines', 'usage_type', 'list_cost', 'false'),
        ('pool_entries', "''", zero(), "category in (
            'lent_commitment', 'lending_credit', 'unused_commitment'
        )"),
        ('tier_entries', "''", zero(), 'false'),
        ('charge_entries', "''", zero(), 'false'),
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
        base_cost,
        real_cost,
        {{ list_cost }} as list_cost,
        {{ is_of_commitment }} as is_of_commitment,
        {{ 'true' if relation == 'tier_lines' else 'false' }} as is_tiered
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

-- At list prices a customer pays for usage alone: what commitments cost and
-- bring is the reseller's. Lines without a public price have their real cost,
-- also beside others that have one.
priced as (
    select
        *,
        case
            when is_of_commitment then {{ zero() }}
            when list_cost <> {{ zero() }} or is_tiered then list_cost
            else real_cost
        end as list_price
    from costs
),

summed as (
    select
        {{ keys }},
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost,
        {{ sum_amount('list_price') }} as list_price
    from priced
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
