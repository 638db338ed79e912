{{ config(materialized='table', schema='working') }}

with

commitments as (
    select * from {{ ref('pool_commitments') }}
),

coverage as (
    select * from {{ ref('pool_coverage') }}
),

fees as (
    select * from {{ ref('pool_commitment_fees') }}
),

line_costs as (
    select * from {{ ref('share_line_costs') }}
),

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
),

owners as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id,
        min(kind) as kind,
        min(service_code) as service_code
    from commitments
    group by
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id
),

-- Fee rows of the owner keep their cost on the row; what other accounts bear
-- for it, and negations, come to the owner with the closing entry.
facts as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id,
        base_cost as covered_cost,
        {{ zero() }} as fee_cost,
        {{ zero() }} as moved_fee_cost,
        {{ zero() }} as own_cost,
        {{ zero() }} as lent_cost
    from coverage

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id,
        {{ zero() }} as covered_cost,
        base_cost as fee_cost,
        case
            when {{ fee_moves_to_owner() }} then base_cost
            else {{ zero() }}
        end as moved_fee_cost,
        {{ zero() }} as own_cost,
        {{ zero() }} as lent_cost
    from fees

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        account_id as owner_account_id,
        {{ zero() }} as covered_cost,
        {{ zero() }} as fee_cost,
        {{ zero() }} as moved_fee_cost,
        own_cost,
        {{ zero() }} as lent_cost
    from line_costs
    where own_cost <> {{ zero() }}

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        account_id as owner_account_id,
        {{ zero() }} as covered_cost,
        {{ zero() }} as fee_cost,
        {{ zero() }} as moved_fee_cost,
        {{ zero() }} as own_cost,
        lent_cost
    from circle_costs
),

summed as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id,
        {{ sum_amount('covered_cost') }} as covered_cost,
        {{ sum_amount('fee_cost') }} as fee_cost,
        {{ sum_amount('moved_fee_cost') }} as moved_fee_cost,
        {{ sum_amount('own_cost') }} as own_cost,
        {{ sum_amount('lent_cost') }} as lent_cost
    from facts
    group by
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id
),

share_commitment_costs as (
    select
        s.payer_account_id,
        s.currency_code,
        s.pool_key,
        s.owner_account_id,
        o.kind,
        o.service_code,
        s.covered_cost,
        s.fee_cost,
        s.own_cost,
        s.lent_cost,
        {{ amount(
            's.covered_cost + s.moved_fee_cost - s.own_cost - s.lent_cost'
        ) }} as closing_cost
    from summed as s
    inner join owners as o
        on
            s.payer_account_id = o.payer_account_id
            and s.currency_code = o.currency_code
            and s.pool_key = o.pool_key
            and s.owner_account_id = o.owner_account_id
)

select * from share_commitment_costs
