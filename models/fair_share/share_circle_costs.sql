{{ config(materialized='table', schema='working') }}

{% set circle_keys
    = 'payer_account_id, currency_code, pool_key, slot, circle' %}
{% set benefit = var('sharing').benefit %}
{% set leakage_benefit = var('sharing').leakage_benefit %}
{{ require_benefit('sharing.benefit', benefit) }}
{{ require_benefit(
    'sharing.leakage_benefit', leakage_benefit, may_be_none=true
) }}

with

circle_values as (
    select * from {{ ref('share_circle_values') }}
),

-- Who keeps which part of the saving is a setting, one for wanted circles and
-- one for leakage.
paid as (
    select
        *,
        {%- for name, amount_of, of_wanted, of_leakage in [
            ('paid_at_cost', 'cost', benefit.borrower,
                leakage_benefit.borrower),
            ('paid_by_value', 'value', '1 - ' ~ benefit.borrower,
                '1 - ' ~ leakage_benefit.borrower),
        ] %}
        case
            when is_leakage
                then {{ product(amount_of, amount(of_leakage)) }}
            else {{ product(amount_of, amount(of_wanted)) }}
        end as {{ name }},
        {%- endfor %}
        {{ total_over('cost', circle_keys) }} as circle_lent_cost,
        {{ amount(
            total_over('value', circle_keys) ~ ' - '
            ~ total_over('cost', circle_keys)
        ) }} as circle_gain,
        {{ weight_or_fallback(
            'circle_lender_cost', 'lent_units', circle_keys
        ) }} as lender_weight
    from circle_values
),

credits as (
    select
        *,
        case
            when is_leakage then
                {% if leakage_benefit.lender == 'none' -%}
                {{ zero() }}
                {%- else -%}
                {{ product('circle_gain', amount(leakage_benefit.lender)) }}
                {%- endif %}
            else {{ product('circle_gain', amount(benefit.lender)) }}
        end as credited_gain,
        case
            when is_leakage then {{ leakage_benefit.lender != 'none' }}
            else true
        end as is_credited,
        {%- for name in ['lender_weight', 'lent_units'] %}
        {{ total_over(name, circle_keys) }} as circle_{{ name }},
        {{ cumulated(name, circle_keys, 'account_id') }} as cumulated_{{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from paid
),

-- Lenders are credited what borrowers bear, in proportion to what the lent
-- units were billed at, and their part of the gain by unit; a loss is divided
-- as the cost was.
credited as (
    select
        *,
        case
            when lent_units > {{ zero() }} then {{ share(
                'circle_lent_cost', 'cumulated_lender_weight',
                'lender_weight', 'circle_lender_weight'
            ) }}
            else {{ zero() }}
        end as effective_cost,
        case
            when lent_units = {{ zero() }} then {{ zero() }}
            when credited_gain >= {{ zero() }} then {{ share(
                'credited_gain', 'cumulated_lent_units', 'lent_units',
                'circle_lent_units'
            ) }}
            else {{ share(
                'credited_gain', 'cumulated_lender_weight', 'lender_weight',
                'circle_lender_weight'
            ) }}
        end as lent_gain
    from credits
),

share_circle_costs as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        circle,
        is_leakage,
        account_id,
        borrowed_units,
        cost,
        value_of_uncovered,
        on_demand_cost,
        relief,
        paid_at_cost,
        paid_by_value,
        {{ amount('paid_at_cost + paid_by_value') }} as borrowed_cost,
        lent_units,
        effective_cost,
        case
            when is_credited then effective_cost
            else {{ zero() }}
        end as lent_cost,
        case
            when is_credited then {{ amount('effective_cost + lent_gain') }}
            else {{ zero() }}
        end as lending_credit
    from credited
)

select * from share_circle_costs
