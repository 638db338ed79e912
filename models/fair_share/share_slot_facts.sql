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

share_slot_facts as (
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
)

select * from share_slot_facts
