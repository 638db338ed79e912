{{ config(
    materialized='table',
    schema='working',
    enabled=var('focus').versions | length > 0
) }}

{% set keys -%}
payer_account_id,
        currency_code,
        account_id,
        service_code,
        usage_type,
        sku,
        price_category
{%- endset %}
{% set ordering -%}
charge_period_start,
                charge_period_end,
                line_group,
                category,
                pool_key,
                rule
{%- endset %}
{% set columns -%}
payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        kind,
        category,
        entry,
        pool_key,
        rule,
        charge_period_start,
        charge_period_end,
        quantity,
        list_cost,
        base_cost,
        real_cost
{%- endset %}

with

costs as (
    select * from {{ ref('focus_costs') }}
),

amounts as (
    select * from {{ ref('price_amounts') }}
),

priced as (
    select
        c.*,
        a.price as whole_price,
        a.basis = 'real_cost' and a.price = a.real_cost as is_at_cost,
        case
            when a.basis = 'list_price' then c.list_price
            else c.real_cost
        end as weight
    from costs as c
    inner join amounts as a
        on
            c.payer_account_id = a.payer_account_id
            and c.currency_code = a.currency_code
            and c.account_id = a.account_id
            and c.service_code = a.service_code
            and c.usage_type = a.usage_type
            and c.sku = a.sku
            and c.price_category = a.category
),

placed as (
    select
        *,
        row_number() over (
            partition by
                {{ keys }}
            order by
                {{ ordering }}
        ) as place,
        {{ cumulated('weight', keys, ordering) }} as cumulated_weight,
        {{ total_over('weight', keys) }} as total_weight,
        {{ total_over('abs(weight)', keys) }} as absolute_weight
    from priced
    where not is_at_cost
),

-- A price is spread as what it is a percentage of. Where that is little beside
-- what cancels out in it, each has its own, and the first the difference.
focus_prices as (
    select
        {{ columns }},
        case
            when
                total_weight <> {{ zero() }}
                and {{ amount('abs(total_weight) + abs(total_weight)') }}
                    >= absolute_weight
                then {{ share(
                    'whole_price', 'cumulated_weight', 'weight', 'total_weight'
                ) }}
            when place = 1
                then {{ amount('weight + whole_price - total_weight') }}
            else weight
        end as price
    from placed

    union all

    select
        {{ columns }},
        real_cost as price
    from priced
    where is_at_cost
)

select * from focus_prices
