{{ config(materialized='table', schema='working') }}

{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}
{% set circle_keys = slot_keys ~ ', circle' %}
{% set account_keys = slot_keys ~ ', account_id' %}
{% set benefit = var('sharing').benefit %}
{% set leakage_benefit = var('sharing').leakage_benefit %}
{{ require_benefit('sharing.benefit', benefit) }}
{{ require_benefit(
    'sharing.leakage_benefit', leakage_benefit, may_be_none=true
) }}

with

circle_units as (
    select * from {{ ref('share_circle_units') }}
),

moves as (
    select * from {{ ref('share_moves') }}
),

lender_costs as (
    select * from {{ ref('share_lender_costs') }}
),

relief as (
    select * from {{ ref('share_relief') }}
),

-- What the whole account bears of borrowed commitments, and what its borrowed
-- units would have cost it: on lines that others covered, and of uncovered
-- cost that it gave up.
costed as (
    select
        c.*,
        {{ amount('m.still_borrowed_cost + m.taken_cost') }}
            as account_borrowed_cost,
        coalesce({{ mul_div(
            'm.other_covered_value', 'm.still_borrowed',
            'm.other_covered_units'
        ) }}, {{ zero() }}) as value_of_covered,
        case
            when m.newly_borrowed > {{ zero() }} then coalesce({{ mul_div(
                amount('m.offered_cost - m.kept_cost'),
                'm.newly_borrowed',
                amount('m.newly_borrowed + m.own_use_of_uncovered')
            ) }}, {{ zero() }})
            else {{ zero() }}
        end as value_of_uncovered,
        coalesce(z.lender_cost, {{ zero() }}) as lender_cost,
        coalesce(z.account_lent_units, {{ zero() }}) as account_lent_units,
        case
            when c.is_leakage then coalesce(f.relief, {{ zero() }})
            else {{ zero() }}
        end as relief
    from circle_units as c
    inner join moves as m
        on
            c.payer_account_id = m.payer_account_id
            and c.currency_code = m.currency_code
            and c.pool_key = m.pool_key
            and c.slot = m.slot
            and c.account_id = m.account_id
    left join lender_costs as z
        on
            c.payer_account_id = z.payer_account_id
            and c.currency_code = z.currency_code
            and c.pool_key = z.pool_key
            and c.slot = z.slot
            and c.account_id = z.account_id
    left join relief as f
        on
            c.payer_account_id = f.payer_account_id
            and c.currency_code = f.currency_code
            and c.pool_key = f.pool_key
            and c.slot = f.slot
            and c.account_id = f.account_id
),

lent as (
    select
        *,
        case
            when lent_units > {{ zero() }} then {{ mul_div(
                'lender_cost', 'lent_units', 'account_lent_units'
            ) }}
            else {{ zero() }}
        end as circle_lender_cost
    from costed
),

circle_totals as (
    select
        *,
        {{ total_over('circle_lender_cost', circle_keys) }} as circle_cost,
        {{ total_over('lent_units', circle_keys) }} as circle_units
    from lent
),

-- Over its circles an account's cost goes by units at the mean cost of those
-- who lend there.
weighted as (
    select
        *,
        {{ weight_or_fallback(
            mul_div('borrowed_units', 'circle_cost', 'circle_units'),
            'borrowed_units',
            account_keys
        ) }} as cost_weight
    from circle_totals
),

weighted_in_order as (
    select
        *,
        {{ total_over('cost_weight', account_keys) }} as total_cost_weight,
        {{ cumulated(
            'cost_weight', account_keys, 'is_leakage, circle'
        ) }} as cumulated_cost_weight,
        {{ total_over('borrowed_units', account_keys) }}
            as account_borrowed_units,
        {{ cumulated(
            'borrowed_units', account_keys, 'is_leakage, circle'
        ) }} as cumulated_account_units
    from weighted
),

by_circle as (
    select
        *,
        case
            when borrowed_units > {{ zero() }} then {{ share(
                'account_borrowed_cost', 'cumulated_cost_weight',
                'cost_weight', 'total_cost_weight'
            ) }}
            else {{ zero() }}
        end as cost,
        {%- for name in ['value_of_covered', 'value_of_uncovered'] %}
        {{ share(
            name, 'cumulated_account_units', 'borrowed_units',
            'account_borrowed_units'
        ) }} as circle_{{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from weighted_in_order
),

valued as (
    select
        *,
        {{ amount('circle_value_of_covered + circle_value_of_uncovered') }}
            as on_demand_cost,
        {{ amount(
            'circle_value_of_covered + circle_value_of_uncovered - relief'
        ) }} as value
    from by_circle
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
                then {{ mul_div(amount_of, amount(of_leakage), amount(1)) }}
            else {{ mul_div(amount_of, amount(of_wanted), amount(1)) }}
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
    from valued
),

credits as (
    select
        *,
        case
            when is_leakage then
                {% if leakage_benefit.lender == 'none' -%}
                {{ zero() }}
                {%- else -%}
                {{ mul_div(
                    'circle_gain', amount(leakage_benefit.lender), amount(1)
                ) }}
                {%- endif %}
            else {{ mul_div('circle_gain', amount(benefit.lender), amount(1)) }}
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
        circle_value_of_uncovered as value_of_uncovered,
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
