{{ config(materialized='table') }}

with

pool_parts as (
    select * from {{ ref('share_line_parts') }}
),

tier_lines as (
    select * from {{ ref('tier_line_costs') }}
),

entries as (
    select * from {{ ref('share_entries') }}
),

other_lines as (
    select * from {{ ref('charge_line_items') }}
),

tier_entries as (
    select * from {{ ref('tier_entries') }}
),

shared_entries as (
    select * from {{ ref('charge_entries') }}
),

line_item_costs as (
    {%- for relation, part, pool_key, tier_group, units in [
        ('pool_parts', 'part', 'pool_key', 'cast(null as varchar)', 'units'),
        ('other_lines', '1', 'pool_key', 'cast(null as varchar)', 'units'),
        ('tier_lines', '1', 'cast(null as varchar)', 'tier_group', zero()),
    ] %}
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        payer_account_id,
        currency_code,
        invoice_id,
        line_item_id,
        cast({{ part }} as bigint) as part,
        cast(usage_start as timestamp(3)) as usage_start,
        account_id,
        service_code,
        usage_type,
        operation,
        region,
        resource_id,
        category,
        {{ pool_key }} as pool_key,
        {{ tier_group }} as tier_group,
        rule,
        usage_amount,
        {{ units }} as units,
        base_cost,
        real_cost
    from {{ relation }}

    union all
    {% endfor %}
    {%- for relation, pool_key, tier_group in [
        ('entries', 'pool_key', 'cast(null as varchar)'),
        ('tier_entries', 'cast(null as varchar)', 'tier_group'),
        ('shared_entries', 'cast(null as varchar)', 'cast(null as varchar)'),
    ] %}
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        payer_account_id,
        currency_code,
        cast(null as varchar) as invoice_id,
        cast(null as varchar) as line_item_id,
        cast(1 as bigint) as part,
        cast(usage_start as timestamp(3)) as usage_start,
        account_id,
        service_code,
        cast(null as varchar) as usage_type,
        cast(null as varchar) as operation,
        cast(null as varchar) as region,
        cast(null as varchar) as resource_id,
        category,
        {{ pool_key }} as pool_key,
        {{ tier_group }} as tier_group,
        rule,
        {{ zero() }} as usage_amount,
        units,
        {{ zero() }} as base_cost,
        real_cost
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select * from line_item_costs
