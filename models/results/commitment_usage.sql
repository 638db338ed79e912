{{ config(materialized='table') }}

{% set keys -%}
payer_account_id,
        currency_code,
        pool_key,
        owner_account_id
{%- endset %}

with

commitments as (
    select * from {{ ref('pool_commitments') }}
),

fees as (
    select * from {{ ref('pool_commitment_fees') }}
),

slots as (
    select * from {{ ref('pool_slot_capacity') }}
),

coverage as (
    select * from {{ ref('pool_coverage') }}
),

positions as (
    select * from {{ ref('share_positions') }}
),

circle_units as (
    select * from {{ ref('share_circle_units') }}
),

owners as (
    select
        {{ keys }},
        min(kind) as kind,
        min(unit) as unit
    from commitments
    group by {{ keys }}
),

-- Reserved units of slots in which nobody used anything stand on no slot:
-- they are what the fee rows reserve beyond the slots. Outside open slots, of
-- which there are none as billed, it is what AWS did.
amounts as (
    {%- for name, relation, owner, amount_of, filter in [
        ('capacity', 'slots', 'owner_account_id', 'capacity', 'true'),
        ('capacity', 'fees', 'owner_account_id', 'reserved_units', 'true'),
        (
            'capacity', 'slots', 'owner_account_id',
            amount('-reserved_units'), 'true'
        ),
        (
            'own_use', 'coverage', 'owner_account_id', 'covered_units',
            'not is_open and account_id = owner_account_id'
        ),
        (
            'lent', 'coverage', 'owner_account_id', 'covered_units',
            'not is_open and account_id <> owner_account_id'
        ),
        ('own_use', 'positions', 'account_id', 'own_use', 'true'),
        ('lent', 'circle_units', 'account_id', 'lent_units', 'not is_leakage'),
        ('leaked', 'circle_units', 'account_id', 'lent_units', 'is_leakage'),
        ('cost', 'coverage', 'owner_account_id', 'amortized_cost', 'true'),
        ('cost', 'fees', 'owner_account_id', 'amortized_cost', 'true'),
    ] %}
    select
        payer_account_id,
        currency_code,
        pool_key,
        {{ owner }} as owner_account_id,
        '{{ name }}' as amount_name,
        {{ amount_of }} as amount_of
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
        {{ sums_by_name(
            ['capacity', 'own_use', 'lent', 'leaked', 'cost'],
            'amount_name', 'amount_of'
        ) }}
    from amounts
    group by {{ keys }}
),

commitment_usage as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        s.payer_account_id,
        s.currency_code,
        s.owner_account_id,
        s.pool_key,
        o.kind,
        o.unit,
        s.capacity,
        s.own_use,
        s.lent,
        s.leaked,
        {{ amount('s.capacity - s.own_use - s.lent - s.leaked') }} as unused,
        s.cost,
        {{ mul_div(
            amount('s.own_use + s.lent + s.leaked'),
            amount(1),
            's.capacity'
        ) }} as utilization
    from summed as s
    inner join owners as o
        on
            s.payer_account_id = o.payer_account_id
            and s.currency_code = o.currency_code
            and s.pool_key = o.pool_key
            and s.owner_account_id = o.owner_account_id
)

select * from commitment_usage
