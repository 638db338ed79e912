{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}
{% set position = slot_keys ~ ', account_id, residual_demand, surplus,
        other_covered_units, lent_as_billed, slot_shared_units' %}
{% set policy = var('sharing').policy %}
{% set filling = water_filling if policy == 'max_min'
    else priority_filling if policy == 'priority'
    else proportional_filling %}
{% set rounds = [1, 2, 3, 4] %}

with

positions as (
    select * from {{ ref('share_positions') }}
    where slot_shared_units > {{ zero() }}
),

member_circles as (
    select * from {{ ref('share_member_circles') }}
),

left_after_0 as (
    select
        p.*,
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
    inner join member_circles as m
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
            when borrows_{{ round }}
                then {{ amount('residual_demand - borrowed_units') }}
            else {{ zero() }}
        end as wanted,
        case
            when lends_{{ round }} then {{ amount('surplus - lent_units') }}
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

{{ filling(
    'limited_' ~ round, 'circle_units', 'wanted', circle_keys, '_' ~ round
) }},

lending_{{ round }} as (
    select
        *,
        {{ share(
            'circle_units', 'cumulated_offered', 'offered', 'circle_offered'
        ) }} as given_units
    from filled_{{ round }}
),

left_after_{{ round }} as (
    select
        {{ position }},
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
        given_units as lent_{{ round }},
        {{ amount('borrowed_units + filled_units') }} as borrowed_units,
        {{ amount('lent_units + given_units') }} as lent_units
    from lending_{{ round }}
)
{%- endfor %},

share_round_units as (
    select
        {{ position }},
        {%- for round in rounds %}
        circle_{{ round }},
        borrowed_{{ round }},
        lent_{{ round }},
        {%- endfor %}
        unwanted_circle,
        borrowed_units,
        lent_units
    from left_after_{{ rounds | last }}
)

select * from share_round_units
