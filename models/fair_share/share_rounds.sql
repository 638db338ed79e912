{{ config(materialized='table', schema='working') }}

{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}
{% set rounds = [1, 2, 3, 4] %}

with

positions as (
    select * from {{ ref('share_positions') }}
    where slot_shared_units > {{ zero() }}
),

members as (
    select * from {{ ref('share_members') }}
),

-- Up to four wanted circles, one round each, in one row of the account.
wide_members as (
    select
        payer_account_id,
        account_id,
        {%- for round in rounds %}
        max(case when circle_order = {{ round }} then circle end)
            as circle_{{ round }},
        max(case when circle_order = {{ round }} and lends then 1 else 0 end)
            as lends_{{ round }},
        max(case when circle_order = {{ round }} and borrows then 1 else 0 end)
            as borrows_{{ round }},
        {%- endfor %}
        max(case when not is_wanted then circle end) as unwanted_circle,
        max(priority) as priority
    from members
    group by
        payer_account_id,
        account_id
),

left_after_0 as (
    select
        p.payer_account_id,
        p.currency_code,
        p.pool_key,
        p.slot,
        p.account_id,
        p.slot_shared_units,
        p.other_covered_units,
        p.lent_as_billed,
        p.residual_demand,
        p.surplus,
        m.priority,
        m.unwanted_circle,
        {%- for round in rounds %}
        m.circle_{{ round }},
        m.lends_{{ round }},
        m.borrows_{{ round }},
        {%- endfor %}
        {{ zero() }} as borrowed_units,
        {{ zero() }} as lent_units
    from positions as p
    inner join wide_members as m
        on
            p.payer_account_id = m.payer_account_id
            and p.account_id = m.account_id
)

{%- for round in rounds %}
{%- set circle_keys = slot_keys ~ ', circle_' ~ round %},

-- Lending and borrowing are both limited to the circle, and to what the
-- circles before left.
open_to_{{ round }} as (
    select
        *,
        case
            when borrows_{{ round }} = 1
                then {{ amount('residual_demand - borrowed_units') }}
            else {{ zero() }}
        end as wanted,
        case
            when lends_{{ round }} = 1
                then {{ amount('surplus - lent_units') }}
            else {{ zero() }}
        end as offered
    from left_after_{{ round - 1 }}
),

totals_{{ round }} as (
    select
        *,
        {{ total_over('wanted', circle_keys) }} as circle_wanted,
        {{ total_over('offered', circle_keys) }} as circle_offered,
        {{ cumulated('offered', circle_keys, 'account_id') }}
            as cumulated_offered
    from open_to_{{ round }}
),

limited_{{ round }} as (
    select
        *,
        {{ smaller_of('circle_wanted', 'circle_offered') }} as circle_units
    from totals_{{ round }}
),

{% if var('sharing').policy == 'max_min' -%}
{{ water_filling(
    'limited_' ~ round, 'circle_units', 'wanted', circle_keys, '_' ~ round
) }},
{%- elif var('sharing').policy == 'priority' -%}
{{ priority_filling(
    'limited_' ~ round, 'circle_units', 'wanted', circle_keys, '_' ~ round
) }},
{%- else -%}
{{ proportional_filling(
    'limited_' ~ round, 'circle_units', 'wanted', circle_keys, '_' ~ round
) }},
{%- endif %}

left_after_{{ round }} as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        slot_shared_units,
        other_covered_units,
        lent_as_billed,
        residual_demand,
        surplus,
        priority,
        unwanted_circle,
        {%- for other in rounds %}
        circle_{{ other }},
        lends_{{ other }},
        borrows_{{ other }},
        {%- endfor %}
        {%- for other in rounds if other < round %}
        borrowed_{{ other }},
        lent_{{ other }},
        {%- endfor %}
        filled_units as borrowed_{{ round }},
        {{ share(
            'circle_units', 'cumulated_offered', 'offered', 'circle_offered'
        ) }} as lent_{{ round }},
        {{ amount('borrowed_units + filled_units') }} as borrowed_units,
        {{ amount('lent_units + ' ~ share(
            'circle_units', 'cumulated_offered', 'offered', 'circle_offered'
        )) }} as lent_units
    from filled_{{ round }}
)
{%- endfor %},

-- What is left after the wanted circles stays where AWS put it.
staying as (
    select
        *,
        {{ amount(
            'slot_shared_units - ' ~ total_over('borrowed_units', slot_keys)
        ) }} as left_units,
        {{ larger_of(smaller_of(
            amount('residual_demand - borrowed_units'),
            amount('other_covered_units - borrowed_units')
        ), zero()) }} as borrowed_to_stay,
        {{ larger_of(smaller_of(
            amount('surplus - lent_units'),
            amount('lent_as_billed - lent_units')
        ), zero()) }} as lent_to_stay
    from left_after_{{ rounds | last }}
),

staying_in_order as (
    select
        *,
        {%- for name in ['borrowed_to_stay', 'lent_to_stay'] %}
        {{ total_over(name, slot_keys) }} as all_{{ name }},
        {{ cumulated(name, slot_keys, 'account_id') }} as cumulated_{{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from staying
),

share_rounds as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        {%- for round in rounds %}
        circle_{{ round }},
        borrowed_{{ round }},
        lent_{{ round }},
        {%- endfor %}
        unwanted_circle,
        {%- for name in ['borrowed', 'lent'] %}
        {{ share(
            'left_units',
            'cumulated_' ~ name ~ '_to_stay',
            name ~ '_to_stay',
            'all_' ~ name ~ '_to_stay'
        ) }} as {{ name }}_unwanted
        {{- ',' if not loop.last }}
        {%- endfor %}
    from staying_in_order
)

select * from share_rounds
