{{ config(materialized='table', schema='working') }}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

kinds as (
    select * from {{ ref('pool_usage_kinds') }}
),

commitments as (
    select * from {{ ref('pool_commitments') }}
),

fee_rows as (
    select
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        c.kind,
        c.commitment_arn,
        c.owner_account_id,
        l.account_id,
        l.line_item_type,
        l.usage_start,
        {{ epoch_seconds('l.usage_start') }} as start_second,
        {{ end_second('l.usage_end') }} as end_second,
        case
            when l.line_item_type = 'SavingsPlanRecurringFee'
                then l.total_commitment
            when l.line_item_type <> 'RIFee' or c.unit = 'dollars of effective cost'
                then {{ zero() }}
            when c.unit = 'normalized hours' then coalesce(
                nullif(l.reserved_normalized_units, {{ zero() }}),
                {{ product('l.reserved_units', 'k.size_factor') }},
                {{ zero() }}
            )
            else coalesce(l.reserved_units, {{ zero() }})
        end as reserved_units,
        l.amortized_cost,
        l.base_cost
    from line_items as l
    inner join commitments as c
        on
            l.payer_account_id = c.payer_account_id
            and l.currency_code = c.currency_code
            and l.commitment_arn = c.commitment_arn
    left join kinds as k
        on
            l.payer_account_id = k.payer_account_id
            and l.service_code = k.service_code
            and l.usage_type = k.usage_type
            and l.operation = k.operation
            and l.region = k.region
    where l.role = 'commitment_fee'
),

-- Rows without capacity count by their cost alone: there is a negation for
-- every line that a plan covered.
pool_commitment_fees as (
    select * from fee_rows
    where line_item_type in ('RIFee', 'SavingsPlanRecurringFee')

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        kind,
        commitment_arn,
        owner_account_id,
        account_id,
        line_item_type,
        usage_start,
        cast(null as bigint) as start_second,
        cast(null as bigint) as end_second,
        {{ zero() }} as reserved_units,
        {{ sum_amount('amortized_cost') }} as amortized_cost,
        {{ sum_amount('base_cost') }} as base_cost
    from fee_rows
    where line_item_type not in ('RIFee', 'SavingsPlanRecurringFee')
    group by
        payer_account_id,
        currency_code,
        pool_key,
        kind,
        commitment_arn,
        owner_account_id,
        account_id,
        line_item_type,
        usage_start
)

select * from pool_commitment_fees
