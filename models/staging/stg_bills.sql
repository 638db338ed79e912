{{ config(materialized='table', schema='working') }}

with

line_items as (
    select * from {{ source('cur', 'line_items') }}
),

net_payers as (
    select * from {{ ref('stg_net_payers') }}
),

line_item_types as (
    select * from {{ ref('line_item_types') }}
),

-- Read past the staging of lines on purpose: what reconciliation compares
-- must come from the report itself.
typed as (
    select
        l.*,
        l.line_item_line_item_type as line_item_type,
        l.line_item_product_code as service_code,
        n.payer_account_id is not null as is_net,
        coalesce(t.is_in_net, false) as is_in_net,
        t.line_item_type is null as is_unknown_type,
        coalesce(l.line_item_operation, '') in ('EKSPod-EC2', 'ECSTask-EC2')
            as is_split_cost
    from line_items as l
    left join net_payers as n
        on l.bill_payer_account_id = n.payer_account_id
    left join line_item_types as t
        on l.line_item_line_item_type = t.line_item_type
),

metric as (
    select
        *,
        {{ net_or_gross(
            'line_item_net_unblended_cost',
            'line_item_unblended_cost'
        ) }} as unblended_cost,
        {{ net_or_gross(
            'reservation_net_amortized_upfront_fee_for_billing_period',
            'reservation_amortized_upfront_fee_for_billing_period'
        ) }} as reservation_upfront,
        {{ net_or_gross(
            'savings_plan_net_amortized_upfront_commitment_for_billing_period',
            'savings_plan_amortized_upfront_commitment_for_billing_period'
        ) }} as savings_plan_upfront
    from typed
),

-- The bridge from the invoice to the amortised month: upfront payments out,
-- their part of this month in.
bridged as (
    select
        *,
        {{ billed_cost() }} as billed_cost,
        case
            when
                (
                    line_item_type = 'Fee'
                    and reservation_reservation_a_r_n is not null
                )
                or line_item_type = 'SavingsPlanUpfrontFee'
                or ({{ is_refund_of_savings_plan() }})
                then unblended_cost
            else {{ zero() }}
        end as upfront_fee,
        case
            when line_item_type = 'RIFee' then reservation_upfront
            when line_item_type = 'SavingsPlanRecurringFee'
                then savings_plan_upfront
            else {{ zero() }}
        end as amortized_upfront
    from metric
),

stg_bills as (
    select
        bill_payer_account_id as payer_account_id,
        coalesce(bill_billing_entity, '') as billing_entity,
        coalesce(bill_invoice_id, '') as invoice_id,
        coalesce(bill_bill_type, '') as bill_type,
        coalesce(line_item_currency_code, '') as currency_code,
        is_split_cost,
        is_unknown_type,
        cast(count(*) as bigint) as line_item_count,
        {{ sum_amount('billed_cost') }} as billed_cost,
        {{ sum_amount('upfront_fee') }} as upfront_fee,
        {{ sum_amount('amortized_upfront') }} as amortized_upfront
    from bridged
    group by
        bill_payer_account_id,
        coalesce(bill_billing_entity, ''),
        coalesce(bill_invoice_id, ''),
        coalesce(bill_bill_type, ''),
        coalesce(line_item_currency_code, ''),
        is_split_cost,
        is_unknown_type
)

select * from stg_bills
