{{ config(materialized='table', schema='working') }}

with

fees as (
    select * from {{ ref('pool_commitment_fees') }}
),

slots as (
    select * from {{ ref('pool_slots') }}
),

-- Seconds from the start of the fee row to the start and the end of the slot:
-- the units between the two are the slot's, by cumulative rounding.
overlapping as (
    select
        f.*,
        s.slot,
        {{ amount('f.end_second - f.start_second') }} as seconds,
        {{ amount(larger_of(
            's.start_second - f.start_second', 'cast(0 as bigint)'
        )) }} as seconds_before,
        {{ amount(smaller_of(
            's.end_second - f.start_second', 'f.end_second - f.start_second'
        )) }} as seconds_until
    from fees as f
    inner join slots as s
        on
            f.payer_account_id = s.payer_account_id
            and f.start_second < s.end_second
            and f.end_second > s.start_second
    where
        f.kind = 'reservation'
        and f.reserved_units > {{ zero() }}
),

reserved as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        owner_account_id,
        {{ share(
            'reserved_units',
            'seconds_until',
            amount('seconds_until - seconds_before'),
            'seconds'
        ) }} as reserved_units
    from overlapping

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        usage_start as slot,
        owner_account_id,
        reserved_units
    from fees
    where
        kind = 'savings_plan'
        and line_item_type = 'SavingsPlanRecurringFee'
),

pool_capacity as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        owner_account_id,
        {{ sum_amount('reserved_units') }} as reserved_units
    from reserved
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        owner_account_id
)

select * from pool_capacity
