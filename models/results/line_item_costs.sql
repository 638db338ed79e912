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

-- A pool's line has a part for each category that its cost falls under: first
-- the one that AWS billed, with what the line is.
pool_parts as (
    {%- for category in ['own_commitment', 'borrowed', 'on_demand'] %}
    {%- set name = category | replace('_commitment', '') %}
    select
        *,
        '{{ category }}' as part_category,
        category = '{{ category }}' as is_billed_part,
        {{ name }}_units as part_units,
        {{ name }}_cost as part_cost,
        {%- if category == 'own_commitment' %}
        0
        {%- elif category == 'borrowed' %}
        case
            when
                category <> 'own_commitment'
                and (own_cost <> {{ zero() }} or own_units <> {{ zero() }})
                then 1
            else 0
        end
        {%- else %}
        case
            when
                category <> 'own_commitment'
                and (own_cost <> {{ zero() }} or own_units <> {{ zero() }})
                then 1
            else 0
        end + case
            when
                category <> 'borrowed'
                and (
                    borrowed_cost <> {{ zero() }}
                    or borrowed_units <> {{ zero() }}
                )
                then 1
            else 0
        end
        {%- endif %} as parts_before
    from pool_lines
    where
        category = '{{ category }}'
        or {{ name }}_cost <> {{ zero() }}
        or {{ name }}_units <> {{ zero() }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

line_item_costs as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        payer_account_id,
        currency_code,
        invoice_id,
        line_item_id,
        case
            when is_billed_part then cast(1 as bigint)
            else cast(parts_before + 2 as bigint)
        end as part,
        cast(slot as timestamp(3)) as usage_start,
        account_id,
        service_code,
        usage_type,
        operation,
        region,
        resource_id,
        part_category as category,
        pool_key,
        cast(null as varchar) as tier_group,
        rule,
        case
            when is_billed_part then usage_amount
            else {{ zero() }}
        end as usage_amount,
        part_units as units,
        case
            when is_billed_part then base_cost
            else {{ zero() }}
        end as base_cost,
        part_cost as real_cost
    from pool_parts

    {%- for relation, pool_key, tier_group, units in [
        ('other_lines', 'pool_key', 'cast(null as varchar)', 'units'),
        ('tier_lines', 'cast(null as varchar)', 'tier_group', zero()),
    ] %}

    union all

    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        payer_account_id,
        currency_code,
        invoice_id,
        line_item_id,
        cast(1 as bigint) as part,
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
    {%- endfor %}

    {%- for relation, pool_key, tier_group in [
        ('entries', 'pool_key', 'cast(null as varchar)'),
        ('tier_entries', 'cast(null as varchar)', 'tier_group'),
        ('shared_entries', 'cast(null as varchar)', 'cast(null as varchar)'),
    ] %}

    union all

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
    {%- endfor %}
)

select * from line_item_costs
