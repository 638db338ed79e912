{{ config(materialized='table', schema='working') }}

{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}
{% set keys -%}
payer_account_id,
        currency_code,
        pool_key,
        slot
{%- endset %}

with

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
    where is_leakage
),

coverage as (
    select * from {{ ref('pool_coverage') }}
    where is_open and has_units and account_id <> owner_account_id
),

lenders as (
    select * from circle_costs
    where lent_units > {{ zero() }}
),

borrowers as (
    select * from circle_costs
    where borrowed_units > {{ zero() }}
),

leaking_slots as (
    select {{ slot_keys }}
    from circle_costs
    group by {{ slot_keys }}
),

-- What AWS gave from a lender to a borrower stays between them, as far as
-- either still lends or borrows it.
billed as (
    select
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        c.slot,
        c.owner_account_id as lender_account_id,
        c.account_id as borrower_account_id,
        c.covered_units,
        coalesce(l.lent_units, {{ zero() }}) as lent_units,
        coalesce(b.borrowed_units, {{ zero() }}) as borrowed_units
    from coverage as c
    inner join leaking_slots as s
        on
            c.payer_account_id = s.payer_account_id
            and c.currency_code = s.currency_code
            and c.pool_key = s.pool_key
            and c.slot = s.slot
    left join lenders as l
        on
            c.payer_account_id = l.payer_account_id
            and c.currency_code = l.currency_code
            and c.pool_key = l.pool_key
            and c.slot = l.slot
            and c.owner_account_id = l.account_id
    left join borrowers as b
        on
            c.payer_account_id = b.payer_account_id
            and c.currency_code = b.currency_code
            and c.pool_key = b.pool_key
            and c.slot = b.slot
            and c.account_id = b.account_id
),

billed_in_order as (
    select
        *,
        {%- for side, other in [('lender', 'borrower'), ('borrower', 'lender')] %}
        {{ total_over(
            'covered_units', slot_keys ~ ', ' ~ side ~ '_account_id'
        ) }} as units_of_{{ side }},
        {{ cumulated(
            'covered_units', slot_keys ~ ', ' ~ side ~ '_account_id',
            other ~ '_account_id'
        ) }} as cumulated_of_{{ side }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from billed
),

parts as (
    select
        *,
        {{ share(
            'lent_units', 'cumulated_of_lender', 'covered_units',
            'units_of_lender'
        ) }} as lender_part,
        {{ share(
            'borrowed_units', 'cumulated_of_borrower', 'covered_units',
            'units_of_borrower'
        ) }} as borrower_part
    from billed_in_order
),

kept_pairs as (
    select
        {{ keys }},
        lender_account_id,
        borrower_account_id,
        {{ smaller_of('lender_part', 'borrower_part') }} as units
    from parts
    where
        lender_part > {{ zero() }}
        and borrower_part > {{ zero() }}
),

-- What is left of either is paired by cumulative rounding in both directions.
{%- for side, units in [
    ('lender', 'lent_units'), ('borrower', 'borrowed_units')
] %}
kept_by_{{ side }} as (
    select
        {{ keys }},
        {{ side }}_account_id,
        {{ sum_amount('units') }} as units
    from kept_pairs
    group by
        {{ keys }},
        {{ side }}_account_id
),

left_of_{{ side }} as (
    select
        s.payer_account_id,
        s.currency_code,
        s.pool_key,
        s.slot,
        s.account_id,
        {{ amount('s.' ~ units ~ ' - coalesce(k.units, ' ~ zero() ~ ')') }}
            as units
    from {{ side }}s as s
    left join kept_by_{{ side }} as k
        on
            s.payer_account_id = k.payer_account_id
            and s.currency_code = k.currency_code
            and s.pool_key = k.pool_key
            and s.slot = k.slot
            and s.account_id = k.{{ side }}_account_id
),

{{ side }}s_in_order as (
    select
        *,
        {{ total_over('units', slot_keys) }} as all_units,
        {{ cumulated('units', slot_keys, 'account_id') }} as cumulated_units
    from left_of_{{ side }}
    where units > {{ zero() }}
),
{% endfor %}
new_pairs as (
    select
        l.payer_account_id,
        l.currency_code,
        l.pool_key,
        l.slot,
        l.account_id as lender_account_id,
        b.account_id as borrower_account_id,
        {{ amount(
            mul_div('l.cumulated_units', 'b.cumulated_units', 'l.all_units')
            ~ ' - ' ~ mul_div(
                amount('l.cumulated_units - l.units'), 'b.cumulated_units',
                'l.all_units'
            )
            ~ ' - ' ~ mul_div(
                'l.cumulated_units', amount('b.cumulated_units - b.units'),
                'l.all_units'
            )
            ~ ' + ' ~ mul_div(
                amount('l.cumulated_units - l.units'),
                amount('b.cumulated_units - b.units'),
                'l.all_units'
            )
        ) }} as units
    from lenders_in_order as l
    inner join borrowers_in_order as b
        on
            l.payer_account_id = b.payer_account_id
            and l.currency_code = b.currency_code
            and l.pool_key = b.pool_key
            and l.slot = b.slot
),

pairs as (
    select * from kept_pairs

    union all

    select * from new_pairs
),

summed as (
    select
        {{ keys }},
        lender_account_id,
        borrower_account_id,
        {{ sum_amount('units') }} as units
    from pairs
    group by
        {{ keys }},
        lender_account_id,
        borrower_account_id
    having sum(units) <> {{ zero() }}
),

-- What a borrower's units would have cost is divided over its pairs by units,
-- what a lender's units cost over its own.
costed as (
    select
        p.*,
        b.borrowed_cost as borrower_cost,
        b.on_demand_cost as borrower_on_demand_cost,
        b.relief as borrower_relief,
        b.borrowed_units,
        l.lending_credit as lender_credit,
        l.effective_cost as lender_effective_cost,
        l.lent_units,
        {%- for side, other in [('lender', 'borrower'), ('borrower', 'lender')] %}
        {{ cumulated(
            'p.units',
            'p.payer_account_id, p.currency_code, p.pool_key, p.slot, p.'
            ~ side ~ '_account_id',
            'p.' ~ other ~ '_account_id'
        ) }} as cumulated_of_{{ side }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from summed as p
    inner join lenders as l
        on
            p.payer_account_id = l.payer_account_id
            and p.currency_code = l.currency_code
            and p.pool_key = l.pool_key
            and p.slot = l.slot
            and p.lender_account_id = l.account_id
    inner join borrowers as b
        on
            p.payer_account_id = b.payer_account_id
            and p.currency_code = b.currency_code
            and p.pool_key = b.pool_key
            and p.slot = b.slot
            and p.borrower_account_id = b.account_id
),

share_leaked_pairs as (
    select
        {{ keys }},
        lender_account_id,
        borrower_account_id,
        units,
        {%- for name, amount_of, side, units in [
            ('paid', 'borrower_cost', 'borrower', 'borrowed_units'),
            ('credited', 'lender_credit', 'lender', 'lent_units'),
            ('on_demand_cost', 'borrower_on_demand_cost', 'borrower',
                'borrowed_units'),
            ('relief', 'borrower_relief', 'borrower', 'borrowed_units'),
            ('effective_cost', 'lender_effective_cost', 'lender',
                'lent_units'),
        ] %}
        {{ share(amount_of, 'cumulated_of_' ~ side, 'units', units) }}
            as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from costed
)

select * from share_leaked_pairs
