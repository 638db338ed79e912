{{ config(materialized='table') }}

with

pool_lines as (
    select * from {{ ref('share_line_costs') }}
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
    {%- for relation, usage_start, allocation_key in [
        ('other_lines', 'usage_start', 'allocation_key'),
        ('pool_lines', 'slot', 'pool_key'),
        ('tier_lines', 'usage_start', 'tier_group'),
    ] %}
    select
        '{{ var("billing_period") }}' as billing_period,
        payer_account_id,
        invoice_id,
        line_item_id,
        cast({{ usage_start }} as timestamp(3)) as usage_start,
        account_id,
        service_code,
        usage_type,
        operation,
        region,
        resource_id,
        category,
        {{ allocation_key }} as allocation_key,
        rule,
        units,
        base_cost,
        real_cost
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

    {%- for relation, allocation_key in [
        ('entries', 'pool_key'),
        ('tier_entries', 'tier_group'),
        ('shared_entries', 'cast(null as varchar)'),
    ] %}

    union all

    select
        '{{ var("billing_period") }}' as billing_period,
        payer_account_id,
        cast(null as varchar) as invoice_id,
        cast(null as varchar) as line_item_id,
        cast(null as timestamp(3)) as usage_start,
        account_id,
        service_code,
        cast(null as varchar) as usage_type,
        cast(null as varchar) as operation,
        cast(null as varchar) as region,
        cast(null as varchar) as resource_id,
        category,
        {{ allocation_key }} as allocation_key,
        rule,
        units,
        {{ zero() }} as base_cost,
        real_cost
    from {{ relation }}
    {%- endfor %}
)

select * from line_item_costs
