{{ config(materialized='table', schema='working') }}
{{ require_one_of(
    'tiers.policy', var('tiers').policy,
    ['standalone', 'usage', 'shapley', 'keep', 'as_billed']
) }}
{% set policy = var('tiers').policy %}
{% set group_keys = 'payer_account_id, currency_code, tier_group' %}

with

usage as (
    select * from {{ ref('tier_free_usage') }}
),

list_costs as (
    select * from {{ ref('tier_standalone_costs') }}
),

{% if policy == 'shapley' -%}
shapley_weights as (
    select * from {{ ref('tier_shapley_weights') }}
),
{%- endif %}

-- Private rates move the whole price level, stand-alone cost included.
priced as (
    select
        u.*,
        a.unit,
        a.list_cost,
        g.list_cost as group_list_cost,
        {{ total_over(
            'u.base_cost', 'u.payer_account_id, u.currency_code, u.tier_group'
        ) }} as pooled_cost
    from usage as u
    inner join list_costs as a
        on
            u.payer_account_id = a.payer_account_id
            and u.currency_code = a.currency_code
            and u.tier_group = a.tier_group
            and u.account_id = a.account_id
    inner join list_costs as g
        on
            u.payer_account_id = g.payer_account_id
            and u.currency_code = g.currency_code
            and u.tier_group = g.tier_group
            and g.account_id is null
),

-- Everybody saves the same part of the stand-alone cost, or pays the same
-- rate, or what it adds on average to the cost of those before it. Where the
-- table gives the group no cost, base cost divides it.
weighted as (
    select
        p.*,
        {{ weight_or_fallback(
            'case when p.group_list_cost > ' ~ zero() ~ ' then '
            ~ (
                'p.paid_usage' if policy == 'usage'
                else 'coalesce(w.weight, ' ~ zero() ~ ')'
                if policy == 'shapley'
                else 'p.list_cost'
            )
            ~ ' else ' ~ zero() ~ ' end',
            'p.absolute_cost',
            'p.payer_account_id, p.currency_code, p.tier_group'
        ) }} as weight,
        coalesce(
            {{ mul_div('p.list_cost', 'p.pooled_cost', 'p.group_list_cost') }},
            p.list_cost
        ) as standalone_cost
    from priced as p
    {%- if policy == 'shapley' %}
    left join shapley_weights as w
        on
            p.payer_account_id = w.payer_account_id
            and p.currency_code = w.currency_code
            and p.tier_group = w.tier_group
            and p.account_id = w.account_id
    {%- endif %}
),

in_order as (
    select
        *,
        {{ total_over('weight', group_keys) }} as total_weight,
        {{ cumulated('weight', group_keys, 'account_id') }} as cumulated_weight
    from weighted
),

{% set part -%}
{{ share('pooled_cost', 'cumulated_weight', 'weight', 'total_weight') }}
{%- endset %}
-- The number stands for three of the four keys where an account's lines are
-- windowed.
tier_account_costs as (
    select
        cast(row_number() over (
            partition by account_id
            order by {{ group_keys }}
        ) as bigint) as tier_account,
        {{ group_keys }},
        account_id,
        unit,
        line_item_count,
        usage_amount,
        zero_rated_usage,
        excess_usage,
        free_usage,
        absolute_cost,
        standalone_cost,
        base_cost,
        {% if policy == 'as_billed' -%}
        base_cost
        {%- elif policy == 'keep' -%}
        case when group_list_cost > {{ zero() }} then standalone_cost
            else {{ part }} end
        {%- else -%}
        {{ part }}
        {%- endif %} as real_cost
    from in_order
)

select * from tier_account_costs
