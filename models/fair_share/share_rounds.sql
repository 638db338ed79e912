{{ config(materialized='table', schema='working') }}

{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}

with

round_units as (
    select * from {{ ref('share_round_units') }}
),

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
    from round_units
),

in_order as (
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
        {%- for round in [1, 2, 3, 4] %}
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
    from in_order
)

select * from share_rounds
