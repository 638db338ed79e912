{{ config(materialized='table', schema='working') }}

with

positions as (
    select * from {{ ref('share_positions') }}
    where slot_shared_units > {{ zero() }}
),

members as (
    select * from {{ ref('share_members') }}
),

{{ remaining_after(['share_round_1', 'share_round_2']) }},

{{ circle_round('remaining', 3) }},

share_round_3 as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        circle,
        is_leakage,
        account_id,
        borrowed_units,
        lent_units
    from in_round
)

select * from share_round_3
