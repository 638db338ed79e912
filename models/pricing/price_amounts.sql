{{ config(materialized='table', schema='working') }}

with

costs as (
    select * from {{ ref('price_costs') }}
),

accounts as (
    select * from {{ ref('price_accounts') }}
),

rules as (
    select * from {{ ref('price_rules') }}
),

rules_in_force as (
    select r.*
    from rules as r
    where {{ in_force('r') }}
),

planned as (
    select
        c.*,
        a.price_plan
    from costs as c
    left join accounts as a
        on
            c.payer_account_id = a.payer_account_id
            and c.account_id = a.account_id
),

-- First match wins; an empty field of a rule matches everything.
matched as (
    select
        p.*,
        r.rule,
        r.basis,
        r.percentage,
        row_number() over (
            partition by
                p.payer_account_id,
                p.currency_code,
                p.account_id,
                p.service_code,
                p.usage_type,
                p.sku,
                p.category
            order by r.priority, r.rule
        ) as choice
    from planned as p
    left join rules_in_force as r
        on
            p.price_plan = r.price_plan
            and (r.service_code is null or r.service_code = p.service_code)
            and (r.usage_type is null or r.usage_type = p.usage_type)
            and (r.sku is null or r.sku = p.sku)
            and (r.category is null or r.category = p.category)
),

based as (
    select
        *,
        case
            when basis = 'list_price' then list_price
            else real_cost
        end as basis_cost,
        {{ amount('100 + coalesce(percentage, ' ~ zero() ~ ')') }} as per_cent
    from matched
    where choice = 1
),

price_amounts as (
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        usage_type,
        sku,
        category,
        price_plan,
        coalesce(rule, 'real_cost') as rule,
        coalesce(basis, 'real_cost') as basis,
        base_cost,
        real_cost,
        {{ mul_div('basis_cost', 'per_cent', amount(100)) }} as price
    from based
)

select * from price_amounts
