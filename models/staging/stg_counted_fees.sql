{{ config(materialized='table', schema='working') }}

with

report_sums as (
    select * from {{ ref('stg_report_sums') }}
),

commitments as (
    select * from {{ ref('stg_commitments') }}
),

fees as (
    select
        r.payer_account_id,
        r.currency_code,
        r.account_id,
        r.fee_service_code,
        r.commitment_arn,
        {{ sum_amount('r.unblended_cost') }} as unblended_cost
    from report_sums as r
    left join commitments as c
        on
            r.payer_account_id = c.payer_account_id
            and r.currency_code = c.currency_code
            and r.commitment_arn = c.commitment_arn
    where
        r.line_item_type = 'Fee'
        and not coalesce(
            case
                when r.is_fee_of_last_days then c.amortizes_late_fees
                else c.amortizes_early_fees
            end,
            false
        )
    group by
        r.payer_account_id,
        r.currency_code,
        r.account_id,
        r.fee_service_code,
        r.commitment_arn
),

refundable as (
    select
        *,
        {{ refund_key(
            'account_id', 'fee_service_code', amount('-unblended_cost')
        ) }} as refund_key
    from fees
    where fee_service_code not like '%SavingsPlan%'
),

-- One-time fees that count, by what a refund without an ARN says of them.
stg_counted_fees as (
    select
        payer_account_id,
        currency_code,
        refund_key
    from refundable
    group by
        payer_account_id,
        currency_code,
        refund_key
)

select * from stg_counted_fees
