{{ config(materialized='table', schema='working') }}
{{ require_one_of(
    'sharing.policy',
    var('sharing').policy,
    ['proportional', 'max_min', 'priority', 'as_billed']
) }}

with

positions as (
    select * from {{ ref('share_positions') }}
    where slot_shared_units > {{ zero() }}
),

members as (
    select * from {{ ref('share_members') }}
),

{{ circle_round('positions', 1) }},

share_round_1 as (
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

select * from share_round_1
