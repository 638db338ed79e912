{{ config(materialized='table', schema='working') }}

{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}

with

positions as (
    select * from {{ ref('share_positions') }}
),

rounds as (
    select * from {{ ref('share_rounds') }}
),

unit_costs as (
    select * from {{ ref('share_unit_costs') }}
),

borrowed as (
    select
        p.*,
        {%- for name in ['borrowed', 'lent'] %}
        coalesce({{ amount(
            'r.' ~ name ~ '_1 + r.' ~ name ~ '_2 + r.' ~ name ~ '_3 + r.'
            ~ name ~ '_4 + r.' ~ name ~ '_unwanted'
        ) }}, {{ zero() }}) as {{ name }}_units,
        {%- endfor %}
        u.effective_cost,
        u.effective_units
    from positions as p
    left join rounds as r
        on
            p.payer_account_id = r.payer_account_id
            and p.currency_code = r.currency_code
            and p.pool_key = r.pool_key
            and p.slot = r.slot
            and p.account_id = r.account_id
    left join unit_costs as u
        on
            p.payer_account_id = u.payer_account_id
            and p.currency_code = u.currency_code
            and p.pool_key = u.pool_key
            and p.account_id = u.owner_account_id
),

-- Of what others covered, what is borrowed still stays first; own use takes of
-- the rest, then of what was uncovered.
units as (
    select
        *,
        {{ smaller_of('borrowed_units', 'other_covered_units') }}
            as still_borrowed,
        {{ larger_of(
            amount('borrowed_units - other_covered_units'), zero()
        ) }} as newly_borrowed,
        {{ amount('own_use - own_covered_units') }} as more_own_use,
        {{ amount('demand - own_use - borrowed_units') }} as on_demand_units
    from borrowed
),

own_use as (
    select
        *,
        {{ smaller_of(
            'more_own_use', amount('other_covered_units - still_borrowed')
        ) }} as own_use_of_covered
    from units
),

-- What each could give up and take over: uncovered cost moves with uncovered
-- units, cost of commitments with borrowed ones.
offers as (
    select
        *,
        {{ amount('more_own_use - own_use_of_covered') }}
            as own_use_of_uncovered,
        {%- for name, cost, less, of in [
            ('offered', 'uncovered_cost', 'on_demand_units', 'uncovered_units'),
            ('returned', 'other_covered_cost', 'borrowed_units',
                'other_covered_units'),
        ] %}
        case
            when {{ less }} < {{ of }} then {{ mul_div(
                cost, amount(of ~ ' - ' ~ less), of
            ) }}
            else {{ zero() }}
        end as {{ name }}_cost,
        {%- endfor %}
        case
            when on_demand_units > uncovered_units then coalesce(
                {{ mul_div(
                    'other_covered_value',
                    amount('on_demand_units - uncovered_units'),
                    'other_covered_units'
                ) }},
                {{ zero() }}
            )
            else {{ zero() }}
        end as wanted_cost,
        {{ amount('other_covered_units - still_borrowed') }} as returned_units
    from own_use
),

own_costs as (
    select
        *,
        {%- for name in ['covered', 'uncovered'] %}
        coalesce({{ mul_div(
            'own_use_of_' ~ name, 'effective_cost', 'effective_units'
        ) }}, {{ zero() }}) as own_cost_of_{{ name }},
        {%- endfor %}
        {%- for name in [
            'offered_cost',
            'wanted_cost',
            'returned_cost',
            'returned_units',
            'newly_borrowed',
        ] %}
        {{ total_over(name, slot_keys) }} as slot_{{ name }},
        {%- endfor %}
        {%- for name in ['wanted_cost', 'newly_borrowed'] %}
        {{ cumulated(name, slot_keys, 'account_id') }} as cumulated_{{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from offers
),

-- Of what is given up of commitments, others take over the part of the units
-- that they borrow; the part of units that return falls to their owners.
taken_over as (
    select
        *,
        case
            when slot_newly_borrowed > {{ zero() }} then {{ mul_div(
                'slot_returned_cost', 'slot_newly_borrowed',
                'slot_returned_units'
            ) }}
            else {{ zero() }}
        end as slot_taken_cost
    from own_costs
),

taken as (
    select
        *,
        {{ share(
            'slot_taken_cost', 'cumulated_newly_borrowed', 'newly_borrowed',
            'slot_newly_borrowed'
        ) }} as taken_cost,
        case
            when slot_wanted_cost > slot_offered_cost then {{ share(
                'slot_offered_cost', 'cumulated_wanted_cost', 'wanted_cost',
                'slot_wanted_cost'
            ) }}
            else wanted_cost
        end as received_uncovered_cost,
        {{ larger_of(
            amount('slot_offered_cost - slot_wanted_cost'), zero()
        ) }} as slot_kept_cost
    from taken_over
),

-- What nobody takes stays with the givers: first by what each would save.
savings as (
    select
        *,
        {{ larger_of(
            amount('offered_cost - taken_cost - own_cost_of_uncovered'), zero()
        ) }} as saved_cost
    from taken
),

savings_in_order as (
    select
        *,
        {{ amount('offered_cost - saved_cost') }} as other_gift,
        {{ total_over('saved_cost', slot_keys) }} as slot_saved_cost,
        {{ cumulated('saved_cost', slot_keys, 'account_id') }}
            as cumulated_saved_cost,
        {{ total_over(
            amount('offered_cost - saved_cost'), slot_keys
        ) }} as slot_other_gift,
        {{ cumulated(
            amount('offered_cost - saved_cost'), slot_keys, 'account_id'
        ) }} as cumulated_other_gift
    from savings
),

share_moves as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        demand,
        own_covered_units,
        other_covered_units,
        other_covered_cost,
        other_covered_value,
        uncovered_units,
        uncovered_cost,
        lent_as_billed,
        lent_cost_as_billed,
        lent_base_cost,
        capacity,
        own_use,
        own_use_of_covered,
        own_use_of_uncovered,
        own_cost_of_covered,
        own_cost_of_uncovered,
        borrowed_units,
        still_borrowed,
        newly_borrowed,
        lent_units,
        on_demand_units,
        {{ amount('other_covered_cost - returned_cost') }} as still_borrowed_cost,
        taken_cost,
        received_uncovered_cost,
        offered_cost,
        case
            when slot_kept_cost <= slot_saved_cost then {{ share(
                'slot_kept_cost', 'cumulated_saved_cost', 'saved_cost',
                'slot_saved_cost'
            ) }}
            else {{ amount('saved_cost + ' ~ share(
                amount('slot_kept_cost - slot_saved_cost'),
                'cumulated_other_gift', 'other_gift', 'slot_other_gift'
            )) }}
        end as kept_cost
    from savings_in_order
)

select * from share_moves
