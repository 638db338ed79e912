{{ config(materialized='table', schema='working') }}

with

coverage as (
    select * from {{ ref('pool_coverage') }}
),

fees as (
    select * from {{ ref('pool_commitment_fees') }}
),

facts as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id,
        amortized_cost as covered_cost,
        covered_units,
        {{ zero() }} as unused_cost,
        {{ zero() }} as reserved_units
    from coverage

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id,
        {{ zero() }} as covered_cost,
        {{ zero() }} as covered_units,
        amortized_cost as unused_cost,
        reserved_units
    from fees
    where line_item_type in ('RIFee', 'SavingsPlanRecurringFee')
),

summed as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id,
        {{ sum_amount('covered_cost') }} as covered_cost,
        {{ sum_amount('covered_units') }} as covered_units,
        {{ sum_amount('unused_cost') }} as unused_cost,
        {{ sum_amount('reserved_units') }} as reserved_units
    from facts
    group by
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id
),

-- A quotient is kept as its two parts, so that nothing is rounded before it
-- is multiplied. Of commitments that covered nothing, all units are unused.
share_unit_costs as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id,
        case
            when covered_units > {{ zero() }} then covered_cost
            else unused_cost
        end as effective_cost,
        case
            when covered_units > {{ zero() }} then covered_units
            else reserved_units
        end as effective_units
    from summed
)

select * from share_unit_costs
