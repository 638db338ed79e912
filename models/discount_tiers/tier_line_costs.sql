{{ config(materialized='table', schema='working') }}

with

tier_line_items as (
    select * from {{ ref('tier_line_items') }}
),

account_costs as (
    select * from {{ ref('tier_account_costs') }}
),

{% set account = 'account_id, tier_account' %}
matched as (
    select
        l.*,
        l.usage_start as slot,
        l.usage_amount as units,
        'tiered' as category,
        a.tier_account,
        a.real_cost as account_real_cost,
        a.usage_amount as account_usage,
        a.zero_rated_usage as account_zero_rated_usage,
        {{ amount('a.zero_rated_usage - a.excess_usage') }}
            as account_free_usage,
        a.excess_usage > {{ zero() }} as has_excess,
        a.absolute_cost,
        a.line_item_count,
        case when l.is_zero_rated then l.usage_amount else {{ zero() }} end
            as zero_rated_usage
    from tier_line_items as l
    inner join account_costs as a
        on
            l.payer_account_id = a.payer_account_id
            and l.currency_code = a.currency_code
            and l.tier_group = a.tier_group
            and l.account_id = a.account_id
),

in_free_order as (
    select
        *,
        {{ cumulated('zero_rated_usage', account, line_item_order()) }}
            as cumulated_zero_rated_usage
    from matched
),

-- Usage at zero beyond what is free is in no group and bears no cost of it:
-- each such line counts with its part of what is.
in_the_group as (
    select
        *,
        case
            when is_zero_rated and has_excess then {{ share(
                'account_free_usage', 'cumulated_zero_rated_usage',
                'zero_rated_usage', 'account_zero_rated_usage'
            ) }}
            else usage_amount
        end as usage_in_group
    from in_free_order
),

-- An account's cost is spread over its own lines by usage; where there is
-- none, by base cost without its sign, and where nothing cost anything, evenly.
weighted as (
    select
        *,
        case
            when account_usage > {{ zero() }} then usage_in_group
            when absolute_cost > {{ zero() }} then abs(base_cost)
            else {{ amount(1) }}
        end as weight,
        case
            when account_usage > {{ zero() }} then account_usage
            when absolute_cost > {{ zero() }} then absolute_cost
            else {{ amount('line_item_count') }}
        end as total_weight
    from in_the_group
),

in_order as (
    select
        *,
        {{ cumulated('weight', account, line_item_order()) }}
            as cumulated_weight
    from weighted
),

tier_line_costs as (
    select
        payer_account_id,
        currency_code,
        line_group,
        line_item_id,
        usage_start,
        usage_end,
        account_id,
        service_code,
        category,
        tier_group,
        rule,
        usage_amount,
        weight,
        total_weight,
        list_cost,
        base_cost,
        {% if var('tiers').policy == 'as_billed' -%}
        base_cost
        {%- else -%}
        {{ share(
            'account_real_cost', 'cumulated_weight', 'weight', 'total_weight'
        ) }}
        {%- endif %} as real_cost
    from in_order
)

select * from tier_line_costs
