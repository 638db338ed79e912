{{ config(materialized='table', schema='working') }}

{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}

with

offers as (
    select * from {{ ref('share_offers') }}
),

offers_in_order as (
    select
        *,
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
    from offers_in_order
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

{{ keeping(
    'taken', 'slot_kept_cost', 'offered_cost',
    'taken_cost + own_cost_of_uncovered', slot_keys, 'account_id'
) }},

share_moves as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        demand,
        other_covered_units,
        other_covered_cost,
        other_covered_value,
        uncovered_units,
        uncovered_cost,
        lent_as_billed,
        lent_cost_as_billed,
        lent_base_cost,
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
        {{ amount('other_covered_cost - returned_cost') }}
            as still_borrowed_cost,
        taken_cost,
        received_uncovered_cost,
        offered_cost,
        kept_part as kept_cost
    from kept
)

select * from share_moves
