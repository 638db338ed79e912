{{ config(materialized='table') }}

{% set keys -%}
payer_account_id,
        currency_code,
        pool_key
{%- endset %}

with

fees as (
    select * from {{ ref('pool_commitment_fees') }}
),

capacity as (
    select * from {{ ref('pool_capacity') }}
),

positions as (
    select * from {{ ref('share_positions') }}
),

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
),

commitment_costs as (
    select * from {{ ref('share_commitment_costs') }}
),

-- Reserved units of slots in which nobody used anything stand on no slot:
-- they are what the fee rows reserve beyond the slots.
units as (
    {%- for name, relation, owner, units, filter in [
        ('capacity', 'positions', 'account_id', 'capacity', 'true'),
        ('capacity', 'fees', 'owner_account_id', 'reserved_units', 'true'),
        (
            'capacity', 'capacity', 'owner_account_id',
            amount('-reserved_units'), 'true'
        ),
        ('own_use', 'positions', 'account_id', 'own_use', 'true'),
        ('lent', 'circle_costs', 'account_id', 'lent_units', 'not is_leakage'),
        ('leaked', 'circle_costs', 'account_id', 'lent_units', 'is_leakage'),
    ] %}
    select
        {{ keys }},
        {{ owner }} as owner_account_id,
        '{{ name }}' as unit_name,
        {{ units }} as units
    from {{ relation }}
    where {{ filter }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

summed as (
    select
        {{ keys }},
        owner_account_id,
        {{ sums_by_name(
            ['capacity', 'own_use', 'lent', 'leaked'], 'unit_name', 'units'
        ) }}
    from units
    group by
        {{ keys }},
        owner_account_id
),

commitment_usage as (
    select
        '{{ var("billing_period") }}' as billing_period,
        c.owner_account_id,
        c.pool_key,
        c.kind,
        u.capacity,
        u.own_use,
        u.lent,
        u.leaked,
        {{ amount('u.capacity - u.own_use - u.lent - u.leaked') }} as unused,
        {{ amount('c.covered_cost + c.fee_cost') }} as cost,
        coalesce(
            {{ mul_div(
                amount('u.own_use + u.lent + u.leaked'),
                amount(1),
                'u.capacity'
            ) }},
            {{ zero() }}
        ) as utilization
    from commitment_costs as c
    inner join summed as u
        on
            c.payer_account_id = u.payer_account_id
            and c.currency_code = u.currency_code
            and c.pool_key = u.pool_key
            and c.owner_account_id = u.owner_account_id
)

select * from commitment_usage
