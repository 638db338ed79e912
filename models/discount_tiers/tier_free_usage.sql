{{ config(materialized='table', schema='working') }}
{{ require_one_of(
    'tiers.free', var('tiers').free, ['max_min', 'usage', 'as_billed']
) }}

{% set group_keys = 'payer_account_id, currency_code, tier_group' %}
{% set free = 'as_billed' if var('tiers').policy == 'as_billed'
    else var('tiers').free %}

with

usage as (
    select * from {{ ref('tier_usage') }}
),

free_quantities as (
    select * from {{ ref('tier_free_quantities') }}
),

in_zero_rated_order as (
    select
        u.*,
        q.free_usage as group_free_usage,
        q.zero_rated_usage as group_zero_rated_usage,
        {{ amount('q.zero_rated_usage - q.free_usage') }}
            as group_excess_usage,
        {{ cumulated(
            'u.zero_rated_usage',
            'u.payer_account_id, u.currency_code, u.tier_group',
            'u.account_id'
        ) }} as cumulated_zero_rated_usage
    from usage as u
    inner join free_quantities as q
        on
            u.payer_account_id = q.payer_account_id
            and u.currency_code = q.currency_code
            and u.tier_group = q.tier_group
),

beyond as (
    select
        *,
        {{ share(
            'group_excess_usage', 'cumulated_zero_rated_usage',
            'zero_rated_usage', 'group_zero_rated_usage'
        ) }} as excess_usage
    from in_zero_rated_order
),

-- What is free beyond the allowance belongs to who has it: it is no usage of
-- the group, neither free nor paid.
shared as (
    select
        payer_account_id,
        currency_code,
        tier_group,
        account_id,
        line_item_count,
        base_cost,
        absolute_cost,
        group_free_usage,
        zero_rated_usage,
        excess_usage,
        {{ amount('usage_amount - excess_usage') }} as usage_amount
    from beyond
),

{% if free == 'as_billed' -%}
filled as (
    select
        *,
        {{ amount('zero_rated_usage - excess_usage') }} as filled_units
    from shared
),
{%- elif free == 'usage' -%}
{{ proportional_filling(
    'shared', 'group_free_usage', 'usage_amount', group_keys
) }},
{%- else -%}
{{ water_filling(
    'shared', 'group_free_usage', 'usage_amount', group_keys
) }},
{%- endif %}

tier_free_usage as (
    select
        payer_account_id,
        currency_code,
        tier_group,
        account_id,
        line_item_count,
        usage_amount,
        zero_rated_usage,
        excess_usage,
        filled_units as free_usage,
        {{ amount('usage_amount - filled_units') }} as paid_usage,
        base_cost,
        absolute_cost
    from filled
)

select * from tier_free_usage
