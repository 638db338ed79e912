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

totals as (
    select
        *,
        {{ total_over('billed_free_usage', group_keys) }} as group_free_usage
    from usage
),

{% if free == 'as_billed' -%}
filled as (
    select
        *,
        billed_free_usage as filled_units
    from totals
),
{%- elif free == 'usage' -%}
{{ proportional_filling(
    'totals', 'group_free_usage', 'usage_amount', group_keys
) }},
{%- else -%}
{{ water_filling(
    'totals', 'group_free_usage', 'usage_amount', group_keys
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
        filled_units as free_usage,
        {{ amount('usage_amount - filled_units') }} as paid_usage,
        base_cost,
        absolute_cost
    from filled
)

select * from tier_free_usage
