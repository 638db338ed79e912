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

region_names as (
    select * from {{ ref('region_names') }} as r
    where {{ in_force('r') }}
),

kinds as (
    select
        payer_account_id,
        currency_code,
        line_item_type,
        commitment_arn,
        refund_key
    from report_sums
    group by
        payer_account_id,
        currency_code,
        line_item_type,
        commitment_arn,
        refund_key
),

-- All that is known of a line from tables, so that lines are joined once. What
-- a kind has none of is an empty text, which is equal to itself.
stg_line_kinds as (
    select
        k.payer_account_id,
        k.currency_code,
        k.line_item_type,
        coalesce(k.commitment_arn, '') as commitment_arn,
        coalesce(k.refund_key, '') as refund_key,
        m.is_net,
        coalesce(
            t.category,
            case
                when {{ is_discount('k.line_item_type') }} then 'discount'
                else 'fee'
            end
        ) as type_category,
        coalesce(
            t.role,
            case
                when {{ is_discount('k.line_item_type') }}
                    then 'commitment_fee'
                else 'charge'
            end
        ) as type_role,
        c.owner_account_id,
        -- Older reports give the region's name, not its code.
        coalesce(n.region, c.plan_region) as plan_region,
        coalesce(c.amortizes_early_fees, false) as amortizes_early_fees,
        coalesce(c.amortizes_late_fees, false) as amortizes_late_fees,
        k.line_item_type = 'Refund'
        and (
            coalesce(c.amortizes_refunds, false)
            or (
                k.refund_key is not null
                and coalesce(
                    c.amortizes_one_time_refunds, f.refund_key is null
                )
            )
        ) as is_refund_of_amortized_fee,
        c.first_fee_position,
        c.covered_cost
    from kinds as k
    inner join metrics as m
        on
            k.payer_account_id = m.payer_account_id
            and k.currency_code = m.currency_code
    left join line_item_types as t
        on k.line_item_type = t.line_item_type
    left join commitments as c
        on
            k.payer_account_id = c.payer_account_id
            and k.currency_code = c.currency_code
            and k.commitment_arn = c.commitment_arn
    left join counted_fees as f
        on
            k.payer_account_id = f.payer_account_id
            and k.currency_code = f.currency_code
            and k.refund_key = f.refund_key
    left join region_names as n
        on c.plan_region = n.region_name
)

select * from stg_line_kinds
