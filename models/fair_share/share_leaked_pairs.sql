{{ config(materialized='table', schema='working') }}

{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}
{% set sides = [('lender', 'borrower'), ('borrower', 'lender')] %}

with

leaked_units as (
    select * from {{ ref('share_leaked_units') }}
),

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
    where is_leakage
),

in_order as (
    select
        *,
        {%- for side, other in sides %}
        {{ cumulated(
            'units', slot_keys ~ ', ' ~ side ~ '_account_id',
            other ~ '_account_id'
        ) }} as cumulated_of_{{ side }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from leaked_units
),

-- What a borrower's units would have cost is divided over its pairs by units,
-- what a lender's units cost over its own.
share_leaked_pairs as (
    select
        p.payer_account_id,
        p.currency_code,
        p.pool_key,
        p.slot,
        p.lender_account_id,
        p.borrower_account_id,
        p.units,
        {%- for name, whole, side, all_units in [
            ('paid', 'b.borrowed_cost', 'borrower', 'b.borrowed_units'),
            ('credited', 'l.lending_credit', 'lender', 'l.lent_units'),
            ('on_demand_cost', 'b.on_demand_cost', 'borrower',
                'b.borrowed_units'),
            ('relief', 'b.relief', 'borrower', 'b.borrowed_units'),
            ('effective_cost', 'l.effective_cost', 'lender', 'l.lent_units'),
        ] %}
        {{ share(whole, 'p.cumulated_of_' ~ side, 'p.units', all_units) }}
            as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from in_order as p
    inner join circle_costs as l
        on
            p.payer_account_id = l.payer_account_id
            and p.currency_code = l.currency_code
            and p.pool_key = l.pool_key
            and p.slot = l.slot
            and p.lender_account_id = l.account_id
    inner join circle_costs as b
        on
            p.payer_account_id = b.payer_account_id
            and p.currency_code = b.currency_code
            and p.pool_key = b.pool_key
            and p.slot = b.slot
            and p.borrower_account_id = b.account_id
)

select * from share_leaked_pairs
