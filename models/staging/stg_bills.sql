{{ config(materialized='table', schema='working') }}

with

report_sums as (
    select * from {{ ref('stg_report_sums') }}
),

metrics as (
    select * from {{ ref('stg_payer_metrics') }}
),

commitments as (
    select * from {{ ref('stg_commitments') }}
),

counted_fees as (
    select * from {{ ref('stg_counted_fees') }}
),

line_item_types as (
    select * from {{ ref('line_item_types') }} as t
    where {{ in_force('t') }}
),

-- Sums of the report itself, past the staging of lines on purpose: what
-- reconciliation compares must not come from what it checks.
read_as as (
    select
        r.*,
        t.line_item_type is null
        and not {{ is_discount('r.line_item_type') }} as is_unknown_type,
        case when m.is_net then r.net_unblended_cost else r.unblended_cost end
            as billed_cost,
        case when m.is_net then r.net_reservation_upfront
            else r.reservation_upfront
        end as reservation_part,
        case when m.is_net then r.net_plan_upfront else r.plan_upfront end
            as plan_part,
        case
            when r.line_item_type = 'SavingsPlanUpfrontFee' then 'upfront_fees'
            when r.line_item_type = 'Fee' and c.is_exchange
                then 'exchange_fees'
            when r.line_item_type = 'Fee'
                and r.is_fee_of_last_days and c.amortizes_late_fees
                then 'upfront_fees'
            when r.line_item_type = 'Fee'
                and not r.is_fee_of_last_days and c.amortizes_early_fees
                then 'upfront_fees'
            when r.line_item_type = 'Refund' and c.amortizes_refunds
                then 'refunds_of_upfront_fees'
            when r.refund_key is not null
                and coalesce(
                    c.amortizes_one_time_refunds, f.refund_key is null
                )
                then 'refunds_of_upfront_fees'
        end as upfront_kind,
        m.is_net and {{ is_discount('r.line_item_type') }} as is_in_net
    from report_sums as r
    inner join metrics as m
        on
            r.payer_account_id = m.payer_account_id
            and r.currency_code = m.currency_code
    left join commitments as c
        on
            r.payer_account_id = c.payer_account_id
            and r.currency_code = c.currency_code
            and r.commitment_arn = c.commitment_arn
    left join counted_fees as f
        on
            r.payer_account_id = f.payer_account_id
            and r.currency_code = f.currency_code
            and r.refund_key = f.refund_key
    left join line_item_types as t
        on r.line_item_type = t.line_item_type
),

reasoned as (
    select
        *,
        case
            when upfront_kind is not null then upfront_kind
            when line_item_type = 'SavingsPlanNegation' then 'negations'
            when is_in_net then 'discounts_in_net'
        end as zero_reason
    from read_as
),

-- The bridge from the invoice to the amortised month: upfront payments out,
-- their part of this month in.
stg_bills as (
    select
        payer_account_id,
        billing_entity,
        invoice_id,
        bill_type,
        currency_code,
        line_item_type,
        commitment_arn,
        zero_reason,
        is_split_cost,
        is_left_out,
        is_unknown_type,
        {{ sum_count('line_item_count') }} as line_item_count,
        {{ sum_amount('unblended_cost') }} as unblended_cost,
        {{ sum_amount('billed_cost') }} as billed_cost,
        {{ sum_amount(
            'case when upfront_kind is null then ' ~ zero()
            ~ ' else billed_cost end'
        ) }} as upfront_fee,
        {{ sum_amount(
            "case when line_item_type = 'RIFee' then reservation_part "
            ~ "when line_item_type = 'SavingsPlanRecurringFee' then plan_part "
            ~ 'else ' ~ zero() ~ ' end'
        ) }} as amortized_upfront
    from reasoned
    group by
        payer_account_id,
        billing_entity,
        invoice_id,
        bill_type,
        currency_code,
        line_item_type,
        commitment_arn,
        zero_reason,
        is_split_cost,
        is_left_out,
        is_unknown_type
)

select * from stg_bills
