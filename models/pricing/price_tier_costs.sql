with

line_costs as (
    select * from {{ ref('tier_line_costs') }}
),

account_costs as (
    select * from {{ ref('tier_account_costs') }}
),

list_costs as (
    select * from {{ ref('tier_standalone_costs') }}
),

skus as (
    select * from {{ ref('price_skus') }}
),

summed as (
    select
        c.payer_account_id,
        c.currency_code,
        c.tier_group,
        c.account_id,
        c.service_code,
        c.usage_type,
        coalesce(s.sku, '') as sku,
        c.category,
        {{ sum_amount('c.base_cost') }} as base_cost,
        {{ sum_amount('c.real_cost') }} as real_cost
    from line_costs as c
    left join skus as s
        on c.sku = s.sku
    group by
        c.payer_account_id,
        c.currency_code,
        c.tier_group,
        c.account_id,
        c.service_code,
        c.usage_type,
        coalesce(s.sku, ''),
        c.category
),

-- The report's public price is the dearest tier on every row, so that the list
-- price of tiered usage is the tier table applied to the account alone.
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
            {{ mul_div('s.real_cost', 'l.list_cost', 'a.real_cost') }},
            {{ zero() }}
        ) as list_cost
    from summed as s
    inner join account_costs as a
        on
            s.payer_account_id = a.payer_account_id
            and s.currency_code = a.currency_code
            and s.tier_group = a.tier_group
            and s.account_id = a.account_id
    inner join list_costs as l
        on
            s.payer_account_id = l.payer_account_id
            and s.currency_code = l.currency_code
            and s.tier_group = l.tier_group
            and s.account_id = l.account_id
)

select * from price_tier_costs
