{{ config(materialized='table', schema='working') }}

{% set keys -%}
payer_account_id,
        currency_code,
        pool_key
{%- endset %}

with

commitments as (
    select * from {{ ref('pool_commitments') }}
),

coverage as (
    select * from {{ ref('pool_coverage') }}
),

fees as (
    select * from {{ ref('pool_commitment_fees') }}
),

line_costs as (
    select * from {{ ref('share_line_costs') }}
),

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
),

owners as (
    select
        {{ keys }},
        owner_account_id,
        min(kind) as kind,
        min(service_code) as service_code
    from commitments
    group by
        {{ keys }},
        owner_account_id
),

-- Fee rows of the owner keep their cost on the row. What other accounts bear
-- for it, and negations, come to the owner with the closing entry.
costs as (
    {%- for name, relation, owner, cost, filter in [
        ('covered', 'coverage', 'owner_account_id', 'base_cost', 'true'),
        ('fee', 'fees', 'owner_account_id', 'base_cost', 'true'),
        ('moved_fee', 'fees', 'owner_account_id', 'base_cost',
            fee_moves_to_owner()),
        ('own', 'line_costs', 'account_id', 'own_cost', 'true'),
        ('lent', 'circle_costs', 'account_id', 'lent_cost', 'true'),
    ] %}
    select
        {{ keys }},
        {{ owner }} as owner_account_id,
        '{{ name }}' as cost_name,
        {{ cost }} as cost
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
            ['covered', 'fee', 'moved_fee', 'own', 'lent'],
            'cost_name', 'cost', '_cost'
        ) }}
    from costs
    group by
        {{ keys }},
        owner_account_id
),

share_commitment_costs as (
    select
        s.payer_account_id,
        s.currency_code,
        s.pool_key,
        s.owner_account_id,
        o.kind,
        o.service_code,
        s.covered_cost,
        s.fee_cost,
        s.own_cost,
        s.lent_cost,
        {{ amount(
            's.covered_cost + s.moved_fee_cost - s.own_cost - s.lent_cost'
        ) }} as closing_cost
    from summed as s
    inner join owners as o
        on
            s.payer_account_id = o.payer_account_id
            and s.currency_code = o.currency_code
            and s.pool_key = o.pool_key
            and s.owner_account_id = o.owner_account_id
)

select * from share_commitment_costs
