{#- One round of fair share (allocation.md, 6): the circles of one order share
    what is left in `remaining`, a relation with slot, account_id,
    residual_demand, surplus and slot_shared_units. Lenders lend in proportion
    to their surplus, borrowers borrow by `sharing.policy`. -#}
{% macro circle_round(remaining, circle_order) %}
{%- set slot_keys = 'payer_account_id, currency_code, pool_key, slot' -%}
{%- set circle_keys = slot_keys ~ ', circle' -%}
{%- set prefixed_circle_keys =
    'a.payer_account_id, a.currency_code, a.pool_key, a.slot, a.circle' -%}
in_circle as (
    select
        r.*,
        m.circle,
        m.is_leakage,
        m.priority
    from {{ remaining }} as r
    inner join members as m
        on
            r.payer_account_id = m.payer_account_id
            and r.account_id = m.account_id
            and m.circle_order = {{ circle_order }}
    where r.slot_shared_units > {{ zero() }}
),

-- Lending and borrowing are both limited to the circle.
circles as (
    select
        {{ circle_keys }},
        min(slot_shared_units) as slot_shared_units,
        {{ smaller_of(
            sum_amount('residual_demand'), sum_amount('surplus')
        ) }} as wanted_units
    from in_circle
    group by {{ circle_keys }}
),

circles_in_order as (
    select
        *,
        {{ total_over('wanted_units', slot_keys) }} as slot_wanted_units,
        {{ cumulated('wanted_units', slot_keys, 'circle') }}
            as cumulated_wanted_units
    from circles
),

circle_shares as (
    select
        {{ circle_keys }},
        case
            when slot_wanted_units <= slot_shared_units then wanted_units
            else {{ share(
                'slot_shared_units',
                'cumulated_wanted_units',
                'wanted_units',
                'slot_wanted_units'
            ) }}
        end as shared_units
    from circles_in_order
),

lenders_in_order as (
    select
        a.*,
        s.shared_units,
        {{ total_over('a.surplus', prefixed_circle_keys) }} as circle_surplus,
        {{ cumulated('a.surplus', prefixed_circle_keys, 'a.account_id') }}
            as cumulated_surplus
    from in_circle as a
    inner join circle_shares as s
        on
            a.payer_account_id = s.payer_account_id
            and a.currency_code = s.currency_code
            and a.pool_key = s.pool_key
            and a.slot = s.slot
            and a.circle = s.circle
),

-- Who borrows first is a setting; who lends is not.
{% if var('sharing').policy == 'max_min' -%}
{{ water_filling(
    'lenders_in_order', 'shared_units', 'residual_demand', circle_keys
) }},
{%- elif var('sharing').policy == 'priority' -%}
{{ priority_filling(
    'lenders_in_order', 'shared_units', 'residual_demand', circle_keys
) }},
{%- else -%}
{{ proportional_filling(
    'lenders_in_order', 'shared_units', 'residual_demand', circle_keys
) }},
{%- endif %}

divided as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        circle,
        is_leakage,
        account_id,
        filled_units as borrowed_units,
        {{ share(
            'shared_units', 'cumulated_surplus', 'surplus', 'circle_surplus'
        ) }} as lent_units
    from filled
),

in_round as (
    select * from divided
    where borrowed_units > {{ zero() }} or lent_units > {{ zero() }}
)
{%- endmacro %}

{#- What the rounds before left in each slot and to each account. -#}
{% macro remaining_after(rounds) %}
{%- set slot_keys = 'payer_account_id, currency_code, pool_key, slot' -%}
earlier as (
    {%- for round in rounds %}
    select * from {{ ref(round) }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

already as (
    select
        {{ slot_keys }},
        account_id,
        {{ sum_amount('borrowed_units') }} as borrowed_units,
        {{ sum_amount('lent_units') }} as lent_units
    from earlier
    group by {{ slot_keys }}, account_id
),

reduced as (
    select
        p.payer_account_id,
        p.currency_code,
        p.pool_key,
        p.slot,
        p.account_id,
        p.slot_shared_units as slot_shared_units_before,
        coalesce(a.lent_units, {{ zero() }}) as lent_units,
        {{ amount(
            'p.residual_demand - coalesce(a.borrowed_units, ' ~ zero() ~ ')'
        ) }} as residual_demand,
        {{ amount(
            'p.surplus - coalesce(a.lent_units, ' ~ zero() ~ ')'
        ) }} as surplus
    from positions as p
    left join already as a
        on
            p.payer_account_id = a.payer_account_id
            and p.currency_code = a.currency_code
            and p.pool_key = a.pool_key
            and p.slot = a.slot
            and p.account_id = a.account_id
),

remaining as (
    select
        *,
        {{ amount(
            'slot_shared_units_before - ' ~ total_over('lent_units', slot_keys)
        ) }} as slot_shared_units
    from reduced
)
{%- endmacro %}
