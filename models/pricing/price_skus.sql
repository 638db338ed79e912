with

rules as (
    select * from {{ ref('price_rules') }}
),

-- Cost is split by SKU only where a rule asks for one: lines have thousands,
-- and rules a few.
price_skus as (
    select r.sku
    from rules as r
    where
        r.sku is not null
        and {{ in_force('r') }}
    group by r.sku
)

select * from price_skus
