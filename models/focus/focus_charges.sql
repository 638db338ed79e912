{{ config(enabled=var('focus').versions | length > 0) }}

{% set keys -%}
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
        charge_period_end
{%- endset %}
{% set month = "cast('" ~ var('billing_period') ~ "-01' as timestamp)" %}

with

prices as (
    select * from {{ ref('focus_prices') }}
),

items as (
    select * from {{ ref('price_custom_items') }}
),

customer_charges as (
    select * from {{ ref('customer_charges') }}
),

-- Usage is usage, whatever covered it: what is left are the rows of a line's
-- description in an hour or day.
of_costs as (
    select
        {{ keys }},
        cast(null as varchar) as item,
        {{ sum_amount('quantity') }} as quantity,
        {{ sum_amount('list_cost') }} as list_cost,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost,
        {{ sum_amount('price') }} as price
    from prices
    group by {{ keys }}
),

-- Custom line items, and the tax that a plan adds, are of the month.
added as (
    {%- for relation, kind, item, price in [
        ('items', 'item', 'item', 'price'),
        ('customer_charges', 'plan_tax', 'cast(null as varchar)', 'tax'),
    ] %}
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        '{{ kind }}' as kind,
        {{ item }} as item,
        {{ price }} as price
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

focus_charges as (
    select * from of_costs

    union all

    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        cast(null as bigint) as line_group,
        kind,
        kind as category,
        kind as entry,
        cast(null as varchar) as pool_key,
        cast(null as varchar) as rule,
        {{ month }} as charge_period_start,
        {{ month }} + interval '1' month as charge_period_end,
        item,
        {{ zero() }} as quantity,
        {{ zero() }} as list_cost,
        {{ zero() }} as base_cost,
        {{ zero() }} as real_cost,
        {{ sum_amount('price') }} as price
    from added
    group by
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        kind,
        item
)

select * from focus_charges
where
    quantity <> {{ zero() }}
    or list_cost <> {{ zero() }}
    or base_cost <> {{ zero() }}
    or real_cost <> {{ zero() }}
    or price <> {{ zero() }}
