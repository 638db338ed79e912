{% set credits_leakage = var('sharing').leakage_benefit.lender != 'none' %}

with

circle_units as (
    select * from {{ ref('share_circle_units') }}
),

positions as (
    select * from {{ ref('share_positions') }}
),

slot_capacity as (
    select * from {{ ref('pool_slot_capacity') }}
),

coverage as (
    select * from {{ ref('pool_coverage') }}
),

commitments as (
    select * from {{ ref('pool_commitments') }}
),

plan_pools as (
    select
        payer_account_id,
        currency_code,
        pool_key
    from commitments
    where unit = 'dollars of commitment'
    group by
        payer_account_id,
        currency_code,
        pool_key
),

-- Who used in a slot what leaked out of a reservation.
leaked_to as (
    select
        payer_account_id,
        currency_code,
        slot,
        account_id
    from circle_units
    where is_leakage and borrowed_units > {{ zero() }}
    group by
        payer_account_id,
        currency_code,
        slot,
        account_id
),

-- Open slots know what became of the units; elsewhere it is what AWS used.
facts as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        owner_account_id as account_id,
        capacity,
        {{ zero() }} as used_units
    from slot_capacity

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        owner_account_id as account_id,
        {{ zero() }} as capacity,
        covered_units as used_units
    from coverage
    where not is_open

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        {{ zero() }} as capacity,
        own_use as used_units
    from positions

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        {{ zero() }} as capacity,
        lent_units as used_units
    from circle_units
    where {{ 'true' if credits_leakage else 'not is_leakage' }}
),

share_plan_units as (
    select
        f.payer_account_id,
        f.currency_code,
        f.pool_key,
        f.slot,
        f.account_id,
        {{ sum_amount('f.capacity') }} as capacity,
        {{ sum_amount('f.used_units') }} as used_units
    from facts as f
    inner join plan_pools as p
        on
            f.payer_account_id = p.payer_account_id
            and f.currency_code = p.currency_code
            and f.pool_key = p.pool_key
    inner join leaked_to as l
        on
            f.payer_account_id = l.payer_account_id
            and f.currency_code = l.currency_code
            and f.slot = l.slot
            and f.account_id = l.account_id
    group by
        f.payer_account_id,
        f.currency_code,
        f.pool_key,
        f.slot,
        f.account_id
)

select * from share_plan_units
