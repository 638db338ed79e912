{% set lender_keys -%}
lender.payer_account_id, lender.currency_code, lender.pool_key,
        lender.slot, lender.circle, lender.account_id
{%- endset %}

with

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
    where is_leakage
),

unit_costs as (
    select * from {{ ref('share_unit_costs') }}
),

prices as (
    select * from {{ ref('share_prices') }}
),

-- Inside a leaking circle every lender is paired with every borrower: lent
-- units go to the borrowers in proportion to what they borrowed.
paired as (
    select
        lender.payer_account_id,
        lender.currency_code,
        lender.pool_key,
        lender.slot,
        lender.account_id as lender_account_id,
        borrower.account_id as borrower_account_id,
        lender.lent_units,
        borrower.borrowed_units,
        {{ total_over('borrower.borrowed_units', lender_keys) }}
            as circle_units,
        {{ cumulated(
            'borrower.borrowed_units', lender_keys, 'borrower.account_id'
        ) }} as cumulated_units
    from circle_costs as lender
    inner join circle_costs as borrower
        on
            lender.payer_account_id = borrower.payer_account_id
            and lender.currency_code = borrower.currency_code
            and lender.pool_key = borrower.pool_key
            and lender.slot = borrower.slot
            and lender.circle = borrower.circle
    where
        lender.lent_units > {{ zero() }}
        and borrower.borrowed_units > {{ zero() }}
),

divided as (
    select
        *,
        {{ share(
            'lent_units', 'cumulated_units', 'borrowed_units', 'circle_units'
        ) }} as units
    from paired
),

share_leaked_pairs as (
    select
        d.payer_account_id,
        d.currency_code,
        d.pool_key,
        d.slot,
        d.lender_account_id,
        d.borrower_account_id,
        d.units,
        coalesce(
            {{ mul_div('d.units', 'p.on_demand_cost', 'p.demand') }},
            {{ zero() }}
        ) as on_demand_cost,
        coalesce(
            {{ mul_div('d.units', 'c.effective_cost', 'c.effective_units') }},
            {{ zero() }}
        ) as effective_cost
    from divided as d
    left join prices as p
        on
            d.payer_account_id = p.payer_account_id
            and d.currency_code = p.currency_code
            and d.pool_key = p.pool_key
            and d.slot = p.slot
    left join unit_costs as c
        on
            d.payer_account_id = c.payer_account_id
            and d.currency_code = c.currency_code
            and d.pool_key = c.pool_key
            and d.lender_account_id = c.owner_account_id
)

select * from share_leaked_pairs
