{{ config(materialized='table', schema='working') }}

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

-- What became of every line, and the entries that AWS did not bill: in the order
-- of the table that describes them, which so need not sort them again.
{% set no_text = 'cast(null as varchar)' %}
result_lines as (
    {%- for relation, part, pool_key, tier_group, units, list_cost, arn in [
        (
            'pool_parts', 'part', 'pool_key', no_text, 'units',
            'case when part = 1 then ' ~ list_or_base_cost() ~ ' else '
            ~ zero() ~ ' end',
            'commitment_arn'
        ),
        (
            'other_lines', '1', 'pool_key', no_text, 'units',
            'case when is_usage then ' ~ list_or_base_cost() ~ ' else '
            ~ zero() ~ ' end',
            'commitment_arn'
        ),
        (
            'tier_lines', '1', no_text, 'tier_group', zero(),
            list_or_base_cost(), no_text
        ),
    ] %}
    select
        payer_account_id,
        currency_code,
        line_group,
        line_item_id,
        cast({{ part }} as bigint) as part,
        usage_start,
        usage_end,
        account_id,
        service_code,
        category,
        {{ pool_key }} as pool_key,
        {{ tier_group }} as tier_group,
        rule,
        usage_amount,
        {{ units }} as units,
        {{ arn }} as commitment_arn,
        {{ list_cost }} as list_cost,
        base_cost,
        real_cost
    from {{ relation }}

    union all
    {% endfor %}
    {%- for relation, pool_key, tier_group in [
        ('entries', 'pool_key', no_text),
        ('tier_entries', no_text, 'tier_group'),
        ('shared_entries', no_text, no_text),
    ] %}
    select
        payer_account_id,
        currency_code,
        cast(null as bigint) as line_group,
        {{ no_text }} as line_item_id,
        cast(1 as bigint) as part,
        usage_start,
        cast(null as timestamp) as usage_end,
        account_id,
        service_code,
        category,
        {{ pool_key }} as pool_key,
        {{ tier_group }} as tier_group,
        rule,
        {{ zero() }} as usage_amount,
        units,
        {{ no_text }} as commitment_arn,
        {{ zero() }} as list_cost,
        {{ zero() }} as base_cost,
        real_cost
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select * from result_lines
