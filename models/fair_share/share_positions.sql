{{ config(materialized='table', schema='working') }}

{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}
{% set keys -%}
payer_account_id,
        currency_code,
        pool_key,
        slot
{%- endset %}
{% set of_demand = [
    'demand',
    'own_covered_units',
    'other_covered_units',
    'other_covered_cost',
    'other_covered_value',
    'uncovered_units',
    'uncovered_cost',
] %}

with

slot_facts as (
    select * from {{ ref('share_slot_facts') }}
),

uncovered_usage as (
    select * from {{ ref('pool_uncovered_usage') }}
),

uncovered_slots as (
    select {{ slot_keys }}
    from uncovered_usage
    group by {{ slot_keys }}
),

-- Capacity is never less than what AWS observably covered with it. What idles
-- while somebody is on demand, or while its owner rides on others, evidently
-- fits nothing: usable is then what AWS used.
capacities as (
    select
        s.*,
        {{ larger_of(
            's.reserved_units', amount('s.covered_for_own + s.lent_as_billed')
        ) }} as capacity,
        case
            when
                u.pool_key is null
                and s.other_covered_units = {{ zero() }}
                then {{ larger_of(
                    's.reserved_units',
                    amount('s.covered_for_own + s.lent_as_billed')
                ) }}
            else {{ amount('s.covered_for_own + s.lent_as_billed') }}
        end as usable_capacity
    from slot_facts as s
    left join uncovered_slots as u
        on
            s.payer_account_id = u.payer_account_id
            and s.currency_code = u.currency_code
            and s.pool_key = u.pool_key
            and s.slot = u.slot
),

-- Owners come first on what they own, and nobody loses what its own commitment
-- gave it.
owner_first as (
    select
        *,
        {{ smaller_of('demand', 'usable_capacity') }} as own_use
    from capacities
),

share_positions as (
    select
        {{ keys }},
        account_id,
        {%- for name in of_demand %}
        {{ name }},
        {%- endfor %}
        lent_as_billed,
        lent_cost_as_billed,
        lent_base_cost,
        capacity,
        usable_capacity,
        own_use,
        {{ amount('usable_capacity - own_use') }} as surplus,
        {{ amount('demand - own_use') }} as residual_demand,
        {{ amount(
            total_over(
                amount('own_covered_units + other_covered_units'), slot_keys
            ) ~ ' - ' ~ total_over('own_use', slot_keys)
        ) }} as slot_shared_units
    from owner_first
)

select * from share_positions
