{% set keys -%}
payer_account_id,
        currency_code,
        pool_key,
        slot,
        owner_account_id
{%- endset %}

with

capacity as (
    select * from {{ ref('pool_capacity') }}
),

coverage as (
    select * from {{ ref('pool_coverage') }}
),

units as (
    {%- for relation, reserved, covered in [
        ('capacity', 'reserved_units', zero()),
        ('coverage', zero(), 'covered_units'),
    ] %}
    select
        {{ keys }},
        {{ reserved }} as reserved_units,
        {{ covered }} as covered_units
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

summed as (
    select
        {{ keys }},
        {{ sum_amount('reserved_units') }} as reserved_units,
        {{ sum_amount('covered_units') }} as covered_units
    from units
    group by {{ keys }}
),

-- Capacity is never less than what AWS observably covered with it.
pool_slot_capacity as (
    select
        {{ keys }},
        reserved_units,
        {{ larger_of('reserved_units', 'covered_units') }} as capacity
    from summed
)

select * from pool_slot_capacity
