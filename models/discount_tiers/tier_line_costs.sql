{{ config(materialized='table', schema='working') }}

with

tier_line_items as (
    select * from {{ ref('tier_line_items') }}
),

account_costs as (
    select * from {{ ref('tier_account_costs') }}
),

-- An account's cost is spread over its own lines by usage.
weighted as (
    select
        l.*,
        a.tier_account,
        l.usage_start as slot,
        l.usage_amount as units,
        'tiered' as category,
        a.real_cost as account_real_cost,
        {{ weight_in_account('l', 'usage_amount', 'a', 'usage_amount') }}
    from tier_line_items as l
    inner join account_costs as a
        on
            l.payer_account_id = a.payer_account_id
            and l.currency_code = a.currency_code
            and l.tier_group = a.tier_group
            and l.account_id = a.account_id
),

in_order as (
    select
        *,
        {{ cumulated('weight', 'tier_account', line_item_order()) }}
            as cumulated_weight
    from weighted
),

tier_line_costs as (
    select
        payer_account_id,
        currency_code,
        invoice_id,
        line_item_id,
        usage_start,
        account_id,
        service_code,
        usage_type,
        operation,
        region,
        resource_id,
        sku,
        category,
        tier_group,
        rule,
        units,
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
