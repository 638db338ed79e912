{{ config(materialized='table', schema='working') }}

with

report_sums as (
    select * from {{ ref('stg_report_sums') }}
),

owners as (
    select * from {{ ref('stg_commitment_owners') }}
),

commitment_sums as (
    select * from {{ ref('stg_commitment_sums') }}
),

metrics as (
    select * from {{ ref('stg_payer_metrics') }}
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

-- What the period shows of a commitment's upfront payment.
upfront as (
    select
        payer_account_id,
        currency_code,
        commitment_arn,
        max(case
            when line_item_type = 'DiscountedUsage'
                and reservation_upfront_of_usage > {{ zero() }}
                then 1
            when line_item_type = 'RIFee'
                and (
                    reservation_upfront > {{ zero() }}
                    or net_reservation_upfront > {{ zero() }}
                    or reservation_unused_upfront > {{ zero() }}
                    or net_reservation_unused_upfront > {{ zero() }}
                )
                then 1
            when line_item_type = 'SavingsPlanRecurringFee'
                and (
                    plan_upfront > {{ zero() }}
                    or net_plan_upfront > {{ zero() }}
                )
                then 1
            else 0
        end) = 1 as has_amortized_part,
        min(plan_region) as plan_region,
        max(case
            when line_item_type = 'SavingsPlanUpfrontFee' then 1
            else 0
        end) = 1 as has_plan_fee,
        max(case
            when line_item_type = 'Fee' and is_fee_of_last_days then 1
            else 0
        end) = 1 as has_late_fee,
        max(case
            when line_item_type = 'Fee' and not is_fee_of_last_days then 1
            else 0
        end) = 1 as has_early_fee
    from report_sums
    where commitment_arn is not null
    group by
        payer_account_id,
        currency_code,
        commitment_arn
),

-- The first fee row without an unused part, of those that the metric reads so.
fee_rows as (
    select
        r.payer_account_id,
        r.currency_code,
        r.commitment_arn,
        r.fee_position,
        {{ amount('sum(r.line_item_count)') }} as line_item_count,
        row_number() over (
            partition by
                r.payer_account_id,
                r.currency_code,
                r.commitment_arn
            order by r.fee_position
        ) as position
    from report_sums as r
    inner join metrics as m
        on
            r.payer_account_id = m.payer_account_id
            and r.currency_code = m.currency_code
    where
        r.commitment_arn is not null
        and case when m.is_net then r.lacks_net_unused else r.lacks_unused end
    group by
        r.payer_account_id,
        r.currency_code,
        r.commitment_arn,
        r.fee_position
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
        f.fee_position as first_fee_position,
        -- Rows that are alike in all of their order share it.
        {{ mul_div(
            'case when m.is_net then s.net_effective_cost '
            ~ 'else s.effective_cost end',
            amount(1), 'f.line_item_count'
        ) }} as covered_cost
    from owners as o
    inner join metrics as m
        on
            o.payer_account_id = m.payer_account_id
            and o.currency_code = m.currency_code
    inner join upfront as u
        on
            o.payer_account_id = u.payer_account_id
            and o.currency_code = u.currency_code
            and o.commitment_arn = u.commitment_arn
    left join kinds as k
        on
            o.payer_account_id = k.payer_account_id
            and o.currency_code = k.currency_code
            and o.commitment_arn = k.commitment_arn
    left join fee_rows as f
        on
            o.payer_account_id = f.payer_account_id
            and o.currency_code = f.currency_code
            and o.commitment_arn = f.commitment_arn
            and f.position = 1
    left join commitment_sums as s
        on
            o.payer_account_id = s.payer_account_id
            and o.currency_code = s.currency_code
            and o.commitment_arn = s.commitment_arn
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
