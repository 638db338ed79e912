{% if var('tiers').policy == 'shapley' -%}
{{ config(materialized='table', schema='working') }}
{%- endif %}

{% set group_keys = 'payer_account_id, currency_code, tier_group' %}

with

exact_subsets as (
    select * from {{ ref('tier_subsets') }}
),

sampled_orders as (
    select * from {{ ref('tier_sampled_orders') }}
),

members as (
    select * from {{ ref('tier_members') }}
),

tier_rates as (
    select * from {{ ref('tier_rates') }}
),

{{ rates_by_tier_group() }},

counted as (
    {%- for relation in ['exact_subsets', 'sampled_orders'] %}
    select
        {{ group_keys }},
        account_id,
        subset_usage,
        {{ sum_count('order_count') }} as order_count
    from {{ relation }}
    group by
        {{ group_keys }},
        account_id,
        subset_usage
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

in_tiers as (
    select
        c.payer_account_id,
        c.currency_code,
        c.tier_group,
        c.account_id,
        {{ amount('c.order_count') }} as order_count,
        {{ cost_in_tier('c.subset_usage') }} as tier_cost
    from counted as c
    inner join rates as r
        on c.tier_group = r.tier_group
),

-- What an account adds to the cost of those before it, summed over orders: a
-- whole number of times the cost of each subset, so nothing is rounded here.
added as (
    select
        {{ group_keys }},
        account_id,
        {{ sum_amount(product('tier_cost', 'order_count')) }}
            as added_cost
    from in_tiers
    group by
        {{ group_keys }},
        account_id
),

-- Accounts of the same usage are the same to AWS; where orders are sampled,
-- chance would tell them apart.
tier_shapley_weights as (
    select
        m.payer_account_id,
        m.currency_code,
        m.tier_group,
        m.account_id,
        {{ mul_div(
            total_over(
                'a.added_cost',
                'm.payer_account_id, m.currency_code, m.tier_group, '
                ~ 'm.paid_usage'
            ),
            amount(1),
            amount('count(*) over (partition by m.payer_account_id, '
                ~ 'm.currency_code, m.tier_group, m.paid_usage)')
        ) }} as weight
    from members as m
    inner join added as a
        on
            m.payer_account_id = a.payer_account_id
            and m.currency_code = a.currency_code
            and m.tier_group = a.tier_group
            and m.account_id = a.account_id
)

select * from tier_shapley_weights
