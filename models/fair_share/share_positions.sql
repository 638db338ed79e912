{{ config(materialized='table', schema='working') }}

{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}

with

accounts as (
    select * from {{ ref('share_accounts') }}
),

claims as (
    select
        *,
        {% if var('sharing').policy == 'as_billed' -%}
        covered_by_own_units as own_claim,
        {%- else -%}
        {{ smaller_of('demand', 'capacity') }} as own_claim,
        {%- endif %}
        {{ total_over('covered_units', slot_keys) }} as slot_covered_units
    from accounts
),

cumulated as (
    select
        *,
        {{ total_over('own_claim', slot_keys) }} as slot_own_claim,
        {{ cumulated('own_claim', slot_keys, 'account_id') }}
            as cumulated_own_claim
    from claims
),

-- Owners come first on what they own; where AWS covered less than that, its
-- total is all there is to give.
owner_first as (
    select
        *,
        case
            when slot_own_claim <= slot_covered_units then own_claim
            else {{ share(
                'slot_covered_units',
                'cumulated_own_claim',
                'own_claim',
                'slot_own_claim'
            ) }}
        end as own_use
    from cumulated
),

share_positions as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        demand,
        capacity,
        own_use,
        {{ amount('capacity - own_use') }} as surplus,
        {{ amount('demand - own_use') }} as residual_demand,
        slot_covered_units,
        {{ amount(
            'slot_covered_units - ' ~ total_over('own_use', slot_keys)
        ) }} as slot_shared_units
    from owner_first
)

select * from share_positions
