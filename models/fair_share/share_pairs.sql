{% set circle_keys =
    'payer_account_id, currency_code, pool_key, slot, circle' %}

with

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
    where not is_leakage
),

{% for side, units in [
    ('lenders', 'lent_units'), ('borrowers', 'borrowed_units')
] -%}
{{ side }} as (
    select
        *,
        {{ total_over(units, circle_keys) }} as all_units,
        {{ cumulated(units, circle_keys, 'account_id') }} as cumulated_units
    from circle_costs
    where {{ units }} > {{ zero() }}
),

{% endfor -%}
-- Inside a wanted circle all lenders lend to all borrowers, by cumulative
-- rounding in both directions: the units of all lenders to here and of all
-- borrowers to here.
crossed as (
    select
        l.payer_account_id,
        l.currency_code,
        l.pool_key,
        l.slot,
        l.circle,
        l.account_id as lender_account_id,
        b.account_id as borrower_account_id,
        l.lent_units,
        l.lending_credit,
        b.borrowed_units,
        b.borrowed_cost,
        {{ crossed_units('l.lent_units', 'b.borrowed_units') }}
    from lenders as l
    inner join borrowers as b
        on
            l.payer_account_id = b.payer_account_id
            and l.currency_code = b.currency_code
            and l.pool_key = b.pool_key
            and l.slot = b.slot
            and l.circle = b.circle
),

-- Of a borrower's pairs to this lender, and of a lender's to this borrower.
cumulated as (
    select
        *,
        {{ amount('units_both - units_without_borrower') }}
            as cumulated_of_borrower,
        {{ amount('units_both - units_without_lender') }}
            as cumulated_of_lender,
        {{ units_of_pair() }} as units
    from crossed
),

share_pairs as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        circle,
        lender_account_id,
        borrower_account_id,
        units,
        {{ share(
            'borrowed_cost', 'cumulated_of_borrower', 'units', 'borrowed_units'
        ) }} as paid,
        {{ share(
            'lending_credit', 'cumulated_of_lender', 'units', 'lent_units'
        ) }} as credited
    from cumulated
    where units <> {{ zero() }}
)

select * from share_pairs
