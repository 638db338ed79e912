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

line_item_costs as (
    select
        '{{ var("billing_period") }}' as billing_period,
        payer_account_id,
        invoice_id,
        line_item_id,
        cast(usage_start as timestamp(3)) as usage_start,
        account_id,
        service_code,
        usage_type,
        operation,
        region,
        resource_id,
        category,
        allocation_key,
        rule,
        units,
        base_cost,
        real_cost
    from other_lines

    union all

    select
        '{{ var("billing_period") }}' as billing_period,
        payer_account_id,
        invoice_id,
        line_item_id,
        cast(slot as timestamp(3)) as usage_start,
        account_id,
        service_code,
        usage_type,
        operation,
        region,
        resource_id,
        category,
        pool_key as allocation_key,
        rule,
        units,
        base_cost,
        real_cost
    from pool_lines

    union all

    select
        '{{ var("billing_period") }}' as billing_period,
        payer_account_id,
        invoice_id,
        line_item_id,
        cast(usage_start as timestamp(3)) as usage_start,
        account_id,
        service_code,
        usage_type,
        operation,
        region,
        resource_id,
        category,
        tier_group as allocation_key,
        rule,
        units,
        base_cost,
        real_cost
    from tier_lines

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
        pool_key as allocation_key,
        rule,
        units,
        {{ zero() }} as base_cost,
        real_cost
    from entries
)

select * from line_item_costs
