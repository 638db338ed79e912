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
        {{ total_over('billed_free_usage', group_keys) }} as group_free_usage,
        {{ total_over('usage_amount', group_keys) }} as group_usage,
        {{ cumulated('usage_amount', group_keys, 'account_id') }}
            as cumulated_usage,
        {{ cumulated('usage_amount', group_keys, 'usage_amount, account_id') }}
            as smaller_usage,
        row_number() over (
            partition by {{ group_keys }}
            order by usage_amount desc, account_id desc
        ) as members_from_here
    from usage
),

-- Filling from the smallest: an account is filled if its usage is no more
-- than its even part of what the smaller ones left.
filled as (
    select
        *,
        {{ amount('usage_amount * members_from_here') }}
        <= {{ amount('group_free_usage - (smaller_usage - usage_amount)') }}
            as is_filled
    from totals
),

levels as (
    select
        *,
        {{ amount(
            'group_free_usage - ' ~ total_over(
                'case when is_filled then usage_amount else '
                ~ zero() ~ ' end', group_keys
            )
        ) }} as unfilled_usage,
        {{ total_over(
            'case when is_filled then ' ~ zero() ~ ' else ' ~ amount(1)
            ~ ' end', group_keys
        ) }} as unfilled_members,
        {{ cumulated(
            'case when is_filled then ' ~ zero() ~ ' else ' ~ amount(1)
            ~ ' end', group_keys, 'account_id'
        ) }} as cumulated_members
    from filled
),

divided as (
    select
        *,
        {% if free == 'as_billed' -%}
        billed_free_usage
        {%- elif free == 'usage' -%}
        {{ share(
            'group_free_usage',
            'cumulated_usage',
            'usage_amount',
            'group_usage'
        ) }}
        {%- else -%}
        case
            when is_filled then usage_amount
            else {{ share(
                'unfilled_usage',
                'cumulated_members',
                amount(1),
                'unfilled_members'
            ) }}
        end
        {%- endif %} as free_usage
    from levels
),

tier_free_usage as (
    select
        payer_account_id,
        currency_code,
        tier_group,
        account_id,
        line_item_count,
        usage_amount,
        free_usage,
        {{ amount('usage_amount - free_usage') }} as paid_usage,
        base_cost,
        absolute_cost
    from divided
)

select * from tier_free_usage
