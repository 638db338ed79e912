{{ config(materialized='table', schema='working') }}

with

owners as (
    select * from {{ ref('stg_commitment_owners') }}
),

upfront_payments as (
    select * from {{ ref('stg_upfront_payments') }}
),

first_fee_rows as (
    select * from {{ ref('stg_first_fee_rows') }}
),

fee_kinds as (
    select * from {{ ref('amortized_fee_kinds') }}
),

kinds as (
    select
        o.payer_account_id,
        o.currency_code,
        o.commitment_arn
    from owners as o
    inner join fee_kinds as k
        on
            o.commitment_arn like '%' || k.arn_part || '%'
            and {{ in_force('k') }}
    group by
        o.payer_account_id,
        o.currency_code,
        o.commitment_arn
),

-- An exchange is paid for by a true-up under an ARN of its own, and what it is
-- paid for is amortised by the new reservations.
-- https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ri-convertible-exchange.html
known as (
    select
        o.payer_account_id,
        o.currency_code,
        o.commitment_arn,
        o.owner_account_id,
        o.found_by,
        u.has_amortized_part,
        u.plan_region,
        u.has_plan_fee,
        u.has_early_fee,
        u.has_late_fee,
        k.commitment_arn is not null as is_amortized_kind,
        o.commitment_arn like '%:reserved-instance-exchange/%' as is_exchange,
        o.commitment_arn like '%:savingsplan/%' as is_plan,
        f.first_fee_position,
        f.covered_cost
    from owners as o
    inner join upfront_payments as u
        on
            o.payer_account_id = u.payer_account_id
            and o.currency_code = u.currency_code
            and o.commitment_arn = u.commitment_arn
    left join kinds as k
        on
            o.payer_account_id = k.payer_account_id
            and o.currency_code = k.currency_code
            and o.commitment_arn = k.commitment_arn
    left join first_fee_rows as f
        on
            o.payer_account_id = f.payer_account_id
            and o.currency_code = f.currency_code
            and o.commitment_arn = f.commitment_arn
),

decided as (
    select
        *,
        has_amortized_part or is_exchange as amortizes_early_fees,
        has_amortized_part or is_exchange or is_amortized_kind
            as amortizes_late_fees
    from known
),

-- A refund follows the fee that it pays back. Where that was paid in an earlier
-- month, whether such fees are amortised at all must tell.
stg_commitments as (
    select
        payer_account_id,
        currency_code,
        commitment_arn,
        owner_account_id,
        found_by,
        plan_region,
        has_amortized_part,
        is_exchange,
        amortizes_early_fees,
        amortizes_late_fees,
        has_plan_fee
        or (has_early_fee and amortizes_early_fees)
        or (has_late_fee and amortizes_late_fees) as amortizes_refunds,
        (is_plan or amortizes_late_fees)
        and not (has_early_fee and not amortizes_early_fees)
            as amortizes_one_time_refunds,
        covered_cost,
        first_fee_position
    from decided
)

select * from stg_commitments
