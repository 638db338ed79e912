{% set circle_keys =
    'payer_account_id, currency_code, pool_key, slot, circle' %}
{% set benefit = var('sharing').benefit %}
{% set leakage_benefit = var('sharing').leakage_benefit %}
{{ require_benefit('sharing.benefit', benefit) }}
{{ require_benefit(
    'sharing.leakage_benefit', leakage_benefit, may_be_none=true
) }}

with

units as (
    select * from {{ ref('share_circle_units') }}
),

unit_costs as (
    select * from {{ ref('share_unit_costs') }}
),

prices as (
    select * from {{ ref('share_prices') }}
),

priced as (
    select
        u.*,
        p.on_demand_cost as price_cost,
        p.demand as price_units,
        case
            when u.lent_units > {{ zero() }} then coalesce(
                {{ mul_div(
                    'u.lent_units', 'c.effective_cost', 'c.effective_units'
                ) }},
                {{ zero() }}
            )
            else {{ zero() }}
        end as lent_cost
    from units as u
    left join unit_costs as c
        on
            u.payer_account_id = c.payer_account_id
            and u.currency_code = c.currency_code
            and u.pool_key = c.pool_key
            and u.account_id = c.owner_account_id
    left join prices as p
        on
            u.payer_account_id = p.payer_account_id
            and u.currency_code = p.currency_code
            and u.pool_key = p.pool_key
            and u.slot = p.slot
),

totals as (
    select
        *,
        {{ total_over('borrowed_units', circle_keys) }} as circle_units,
        {{ total_over('lent_cost', circle_keys) }} as circle_lent_cost,
        {{ cumulated('borrowed_units', circle_keys, 'account_id') }}
            as cumulated_borrowed_units,
        {{ cumulated('lent_units', circle_keys, 'account_id') }}
            as cumulated_lent_units
    from priced
),

-- The gain of a circle is what its borrowers would have paid on demand, less
-- what the lent units cost their owners.
gains as (
    select
        *,
        {{ amount(
            'coalesce('
            ~ mul_div('circle_units', 'price_cost', 'price_units')
            ~ ', ' ~ zero() ~ ') - circle_lent_cost'
        ) }} as gain
    from totals
),

-- Who keeps which part of the gain is a setting, one for wanted circles and
-- one for leakage; `lender: none` credits not even the cost.
share_circle_gains as (
    select
        *,
        case
            when is_leakage then {{ mul_div(
                'gain', amount('1 - ' ~ leakage_benefit.borrower), amount(1)
            ) }}
            else {{ mul_div(
                'gain', amount('1 - ' ~ benefit.borrower), amount(1)
            ) }}
        end as paid_gain,
        case
            when is_leakage then
                {% if leakage_benefit.lender == 'none' -%}
                {{ zero() }}
                {%- else -%}
                {{ mul_div(
                    'gain', amount(leakage_benefit.lender), amount(1)
                ) }}
                {%- endif %}
            else {{ mul_div('gain', amount(benefit.lender), amount(1)) }}
        end as credited_gain,
        case
            when is_leakage then {{ leakage_benefit.lender != 'none' }}
            else true
        end as is_credited
    from gains
)

select * from share_circle_gains
