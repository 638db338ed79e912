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
{% set of_coverage = [
    'covered_for_own', 'lent_as_billed', 'lent_cost_as_billed',
    'lent_base_cost',
] %}
{% set of_capacity = ['reserved_units'] %}
{% set all_facts = of_demand + of_coverage + of_capacity %}

with

open_slots as (
    select * from {{ ref('pool_open_slots') }}
),

demand as (
    select * from {{ ref('pool_demand') }}
),

pool_coverage as (
    select * from {{ ref('pool_coverage') }}
),

pool_capacity as (
    select * from {{ ref('pool_capacity') }}
),

uncovered_usage as (
    select * from {{ ref('pool_uncovered_usage') }}
),

coverage as (
    select
        {{ keys }},
        owner_account_id as account_id,
        case
            when account_id = owner_account_id then covered_units
            else {{ zero() }}
        end as covered_for_own,
        {%- for name, amount in [
            ('lent_as_billed', 'covered_units'),
            ('lent_cost_as_billed', 'amortized_cost'),
            ('lent_base_cost', 'base_cost'),
        ] %}
        case
            when account_id <> owner_account_id then {{ amount }}
            else {{ zero() }}
        end as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from pool_coverage
    where is_open and has_units
),

capacity as (
    select
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        c.slot,
        c.owner_account_id as account_id,
        c.reserved_units
    from pool_capacity as c
    inner join open_slots as s
        on
            c.payer_account_id = s.payer_account_id
            and c.currency_code = s.currency_code
            and c.pool_key = s.pool_key
            and c.slot = s.slot
),

-- An account stands in a slot because it used, because it owns, or both.
facts as (
    {%- for relation, names in [
        ('demand', of_demand),
        ('coverage', of_coverage),
        ('capacity', of_capacity),
    ] %}
    select
        {{ keys }},
        account_id,
        {%- for name in all_facts %}
        {{ name if name in names else zero() }} as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

summed as (
    select
        {{ keys }},
        account_id,
        {%- for name in all_facts %}
        {{ sum_amount(name) }} as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from facts
    group by
        {{ keys }},
        account_id
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
    from summed as s
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
