{{ config(materialized='table', schema='working') }}

{% set keys -%}
payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
{%- endset %}

with

leaked_kinds as (
    select * from {{ ref('share_leaked_kinds') }}
),

fitting_plans as (
    select * from {{ ref('share_fitting_plans') }}
),

leaked as (
    select
        *,
        usage_amount as usage_left,
        on_demand_value as value_left
    from leaked_kinds
),

-- A plan of the family gives first; of what it leaves, another plan. Each gives
-- to all pools that want it, by their wants.
{% for step, is_of_step, before in [
    ('family', 'p.is_by_family', 'leaked'),
    ('other', 'not p.is_by_family', 'left_by_family'),
] -%}
{{ step }}_wants as (
    select
        k.*,
        p.pool_key as plan_pool_key,
        p.idle_units,
        coalesce({{ mul_div(
            'k.usage_left', 'p.units_numerator', 'p.units_denominator'
        ) }}, {{ zero() }}) as wanted
    from {{ before }} as k
    left join fitting_plans as p
        on
            k.payer_account_id = p.payer_account_id
            and k.currency_code = p.currency_code
            and k.slot = p.slot
            and k.account_id = p.account_id
            and k.service_code = p.service_code
            and k.usage_type = p.usage_type
            and k.operation = p.operation
            and k.region = p.region
            and {{ is_of_step }}
),

{{ step }}_totals as (
    select
        *,
        {{ total_over(
            'wanted',
            'payer_account_id, currency_code, plan_pool_key, slot, account_id'
        ) }} as all_wanted
    from {{ step }}_wants
),

left_by_{{ step }} as (
    select
        {{ keys }},
        service_code,
        usage_type,
        operation,
        region,
        on_demand_value,
        {%- for name in ['usage_left', 'value_left'] %}
        case
            when wanted = {{ zero() }} then {{ name }}
            when all_wanted <= idle_units then {{ zero() }}
            else {{ amount(name ~ ' - ' ~ mul_div(
                name, 'idle_units', 'all_wanted'
            )) }}
        end as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ step }}_totals
),

{% endfor -%}
-- What is taken has value 0: the plan is paid already, as unused.
share_relief as (
    select
        {{ keys }},
        {{ sum_amount(amount('on_demand_value - value_left')) }} as relief
    from left_by_other
    group by {{ keys }}
    having sum(value_left) <> sum(on_demand_value)
)

select * from share_relief
