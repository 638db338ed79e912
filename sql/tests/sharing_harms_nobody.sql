-- With benefits between 0 and 1 nobody pays more than with its own commitments
-- alone and all else on demand, and no lender is credited less than its part of
-- what borrowers bear. Commitments dearer than on demand break this without
-- being an error of ours, and so may units that return to an owner whose usage
-- was dearer than that of who had them: a warning that names the pools.
{{ config(severity='warn') }}

with

moves as (
    select * from {{ ref('share_moves') }}
),

lines as (
    select * from {{ ref('pool_line_items') }}
),

own_costs as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        account_id,
        sum(case when is_own_covered then base_cost end) as own_cost
    from lines
    group by
        payer_account_id,
        currency_code,
        pool_key,
        account_id
),

alone as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        account_id,
        {{ sum_amount(
            'own_cost_of_covered + own_cost_of_uncovered'
            ~ ' + other_covered_value - coalesce(' ~ mul_div(
                'other_covered_value', 'own_use_of_covered',
                'other_covered_units'
            ) ~ ', ' ~ zero() ~ ') + uncovered_cost - coalesce(' ~ mul_div(
                'uncovered_cost', 'own_use_of_uncovered', 'uncovered_units'
            ) ~ ', ' ~ zero() ~ ')'
        ) }} as cost
    from moves
    group by
        payer_account_id,
        currency_code,
        pool_key,
        account_id
),

paid as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        account_id,
        sum(real_cost) as cost
    from {{ ref('share_line_costs') }}
    group by
        payer_account_id,
        currency_code,
        pool_key,
        account_id
),

lent as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        account_id,
        sum(lent_cost) as lent_cost,
        sum(lending_credit) as lending_credit
    from {{ ref('share_circle_costs') }}
    group by
        payer_account_id,
        currency_code,
        pool_key,
        account_id
)

select
    p.payer_account_id,
    p.currency_code,
    p.pool_key,
    p.account_id,
    p.cost,
    a.cost as cost_alone
from paid as p
inner join alone as a
    on
        p.payer_account_id = a.payer_account_id
        and p.currency_code = a.currency_code
        and p.pool_key = a.pool_key
        and p.account_id = a.account_id
inner join own_costs as o
    on
        p.payer_account_id = o.payer_account_id
        and p.currency_code = o.currency_code
        and p.pool_key = o.pool_key
        and p.account_id = o.account_id
where p.cost > {{ amount(
    'a.cost + coalesce(o.own_cost, ' ~ zero() ~ ') + ' ~ amount("0.000001")
) }}

union all

select
    payer_account_id,
    currency_code,
    pool_key,
    account_id,
    lending_credit as cost,
    lent_cost as cost_alone
from lent
where lending_credit < lent_cost
