{{ config(
    materialized='table',
    schema='working',
    enabled=var('focus').versions | length > 0
) }}
{{- require_focus_versions() }}

{% set keys -%}
payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        category,
        charge_period_start,
        charge_period_end
{%- endset %}
{% set interval = focus_interval() %}
{% set list_or_real_cost = 'case when list_cost <> ' ~ zero()
    ~ ' then list_cost else real_cost end' %}

with

pool_lines as (
    select * from {{ ref('share_line_costs') }}
),

tier_lines as (
    select * from {{ ref('tier_line_costs') }}
),

other_lines as (
    select * from {{ ref('charge_line_items') }}
),

-- A line is one row here, whatever became of its units: its price by unit is
-- that of all of them. List prices are those of `price_costs`.
lines as (
    {%- for relation, start, is_usage, list_price in [
        ('pool_lines', 'slot', 'true', list_or_real_cost),
        ('tier_lines', 'usage_start', 'true', 'weight'),
        (
            'other_lines', 'usage_start', 'is_usage',
            'case when is_commitment_fee or is_shared then ' ~ zero()
            ~ ' else ' ~ list_or_real_cost ~ ' end'
        ),
    ] %}
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        category,
        {{ start_of(interval, start) }} as charge_period_start,
        usage_end,
        {{ start_of(interval, 'usage_end') }} as last_start,
        case
            when {{ is_usage }} then usage_amount
            else {{ zero() }}
        end as quantity,
        case
            when {{ is_usage }} then {{ list_or_base_cost() }}
            else {{ zero() }}
        end as list_cost,
        {{ list_price }} as list_price,
        base_cost,
        real_cost
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

-- Usage counts in its hour or day; what is longer, in all that it touches.
timed as (
    select
        *,
        case
            when usage_end > charge_period_start + interval '1' {{ interval }}
                and usage_end > last_start
                then last_start + interval '1' {{ interval }}
            when usage_end > charge_period_start + interval '1' {{ interval }}
                then usage_end
            else charge_period_start + interval '1' {{ interval }}
        end as charge_period_end
    from lines
),

focus_line_costs as (
    select
        {{ keys }},
        {{ sum_amount('quantity') }} as quantity,
        {{ sum_amount('list_cost') }} as list_cost,
        {{ sum_amount('list_price') }} as list_price,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost
    from timed
    group by {{ keys }}
)

select * from focus_line_costs
