{{ config(materialized='table', schema='working') }}

{% set policy = var('sharing').policy %}
{% if policy not in ['proportional', 'as_billed'] %}
{{ exceptions.raise_compiler_error(
    'sharing.policy `' ~ policy ~ '` is not built yet: '
    ~ 'choose proportional or as_billed'
) }}
{% endif %}

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
