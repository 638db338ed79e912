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

{% set names = [
    ('own_commitment', 'own'), ('borrowed', 'borrowed'),
    ('on_demand', 'on_demand'),
] %}
categories as (
    {%- for category, name in names %}
    select
        '{{ category }}' as part_category,
        cast({{ loop.index }} as bigint) as part_order
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

-- A pool's line has a part for each category that its cost or units fall under:
-- first the one that AWS billed, with what the line is.
pool_parts as (
    select
        l.*,
        c.part_category,
        l.category = c.part_category as is_billed_part,
        {%- for value in ['units', 'cost'] %}
        case c.part_category
            {%- for category, name in names %}
            when '{{ category }}' then l.{{ name }}_{{ value }}
            {%- endfor %}
        end as part_{{ value }},
        {%- endfor %}
        {%- for category, name in names if category != 'on_demand' %}
        case
            when
                c.part_order > {{ loop.index }}
                and l.category <> '{{ category }}'
                and (
                    l.{{ name }}_cost <> {{ zero() }}
                    or l.{{ name }}_units <> {{ zero() }}
                )
                then 1
            else 0
        end {{ '+' if not loop.last else 'as parts_before' }}
        {%- endfor %}
    from pool_lines as l
    cross join categories as c
    where
        l.category = c.part_category
        {%- for category, name in names %}
        or (
            c.part_category = '{{ category }}'
            and (
                l.{{ name }}_cost <> {{ zero() }}
                or l.{{ name }}_units <> {{ zero() }}
            )
        )
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
