{{ config(materialized='table', schema='working') }}

{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}
{% set sides = [('lender', 'borrower'), ('borrower', 'lender')] %}

with

circle_units as (
    select * from {{ ref('share_circle_units') }}
    where is_leakage
),

coverage as (
    select * from {{ ref('pool_coverage') }}
    where is_open and has_units and account_id <> owner_account_id
),

leaking_slots as (
    select {{ slot_keys }}
    from circle_units
    group by {{ slot_keys }}
),

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
    left join circle_units as l
        on
            c.payer_account_id = l.payer_account_id
            and c.currency_code = l.currency_code
            and c.pool_key = l.pool_key
            and c.slot = l.slot
            and c.owner_account_id = l.account_id
    left join circle_units as b
        on
            c.payer_account_id = b.payer_account_id
            and c.currency_code = b.currency_code
            and c.pool_key = b.pool_key
            and c.slot = b.slot
            and c.account_id = b.account_id
),

in_order as (
    select
        *,
        {%- for side, other in sides %}
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

-- What AWS gave from a lender to a borrower stays between them, as far as
-- either still lends or borrows it.
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
    from in_order
),

share_kept_pairs as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        lender_account_id,
        borrower_account_id,
        {{ smaller_of('lender_part', 'borrower_part') }} as units
    from parts
    where
        lender_part > {{ zero() }}
        and borrower_part > {{ zero() }}
)

select * from share_kept_pairs
