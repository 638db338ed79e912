with

line_costs as (
    select * from {{ ref('tier_line_costs') }}
),

list_costs as (
    select * from {{ ref('tier_standalone_costs') }}
),

skus as (
    select * from {{ ref('price_skus') }}
),

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

{% set keys -%}
payer_account_id,
        currency_code,
        tier_group,
        account_id,
        service_code,
        line_group,
        category
{%- endset %}
grouped as (
    select
        {{ keys }},
        {{ sum_amount('weight') }} as weight,
        max(total_weight) as total_weight,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost
    from line_costs
    group by {{ keys }}
),

summed as (
    select
        c.payer_account_id,
        c.currency_code,
        c.tier_group,
        c.account_id,
        c.service_code,
        coalesce(g.usage_type, '') as usage_type,
        coalesce(s.sku, '') as sku,
        c.category,
        {{ sum_amount('c.weight') }} as weight,
        max(c.total_weight) as total_weight,
        {{ sum_amount('c.base_cost') }} as base_cost,
        {{ sum_amount('c.real_cost') }} as real_cost
    from grouped as c
    left join line_groups as g
        on
            {{ is_group_of('g', 'c') }}
    left join skus as s
        on g.sku = s.sku
    group by
        c.payer_account_id,
        c.currency_code,
        c.tier_group,
        c.account_id,
        c.service_code,
        coalesce(g.usage_type, ''),
        coalesce(s.sku, ''),
        c.category
),

-- The report's public price is the dearest tier on every row, so that the list
-- price of tiered usage is the tier table applied to the account alone, spread
-- over its lines as its cost is.
price_tier_costs as (
    select
        s.payer_account_id,
        s.currency_code,
        s.tier_group,
        s.account_id,
        s.service_code,
        s.usage_type,
        s.sku,
        s.category,
        s.base_cost,
        s.real_cost,
        coalesce(
            {{ mul_div('l.list_cost', 's.weight', 's.total_weight') }},
            {{ zero() }}
        ) as list_cost
    from summed as s
    inner join list_costs as l
        on
            s.payer_account_id = l.payer_account_id
            and s.currency_code = l.currency_code
            and s.tier_group = l.tier_group
            and s.account_id = l.account_id
)

select * from price_tier_costs
