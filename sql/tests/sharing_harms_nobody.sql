-- With benefits between 0 and 1 a borrower pays no more than on demand, and a
-- lender gets at least its cost. Commitments dearer than on demand break this
-- without being an error of ours: a warning. So does leakage where a unit of
-- the pool is dearer for one account than for another (Savings Plans): it is
-- charged at the on-demand price of the whole pool.
{{ config(severity='warn') }}

with

borrowers as (
    select
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        c.account_id,
        sum(c.borrowed_cost) as paid,
        sum({{ mul_div('c.borrowed_units', 'd.on_demand_cost', 'd.demand') }})
            as on_demand_value,
        sum(c.lent_cost) as lent_cost,
        sum(c.lending_credit) as lending_credit
    from {{ ref('share_circle_costs') }} as c
    left join {{ ref('pool_demand') }} as d
        on
            c.payer_account_id = d.payer_account_id
            and c.currency_code = d.currency_code
            and c.pool_key = d.pool_key
            and c.slot = d.slot
            and c.account_id = d.account_id
    group by
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        c.account_id
)

select *
from borrowers
where
    paid > coalesce(on_demand_value, {{ zero() }}) + 0.000001
    or lending_credit < lent_cost
