{{ config(materialized='table', schema='working') }}
{{ require_one_of(
    'tiers.policy', var('tiers').policy, ['standalone', 'usage', 'as_billed']
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

-- Everybody saves the same part of the stand-alone cost, or everybody pays
-- the same rate.
weighted as (
    select
        *,
        {{ weight_or_fallback(
            'paid_usage' if policy == 'usage' else 'list_cost',
            'absolute_cost',
            group_keys
        ) }} as weight
    from priced
),

in_order as (
    select
        *,
        {{ total_over('weight', group_keys) }} as total_weight,
        {{ cumulated('weight', group_keys, 'account_id') }} as cumulated_weight
    from weighted
),

-- Private rates move the whole price level, stand-alone cost included.
tier_account_costs as (
    select
        payer_account_id,
        currency_code,
        tier_group,
        account_id,
        unit,
        line_item_count,
        usage_amount,
        free_usage,
        absolute_cost,
        coalesce(
            {{ mul_div('list_cost', 'pooled_cost', 'group_list_cost') }},
            list_cost
        ) as standalone_cost,
        base_cost,
        {% if policy == 'as_billed' -%}
        base_cost
        {%- else -%}
        {{ share(
            'pooled_cost', 'cumulated_weight', 'weight', 'total_weight'
        ) }}
        {%- endif %} as real_cost
    from in_order
)

select * from tier_account_costs
