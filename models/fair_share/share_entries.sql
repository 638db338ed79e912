{{ config(materialized='table', schema='working') }}

{% set keys -%}
payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
{%- endset %}

with

moves as (
    select * from {{ ref('share_moves') }}
),

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
),

fees as (
    select * from {{ ref('pool_commitment_fees') }}
),

services as (
    select * from {{ ref('pool_services') }}
),

lent as (
    select
        {{ keys }},
        {{ sum_amount('lent_cost') }} as lent_cost
    from circle_costs
    group by {{ keys }}
),

-- What an owner's commitments covered for others is its own again; what it
-- uses itself or is credited for is no part of what is unused.
closing as (
    select
        m.payer_account_id,
        m.currency_code,
        m.pool_key,
        m.slot,
        m.account_id,
        {{ amount(
            'm.lent_base_cost - m.own_cost_of_covered'
            ~ ' - m.own_cost_of_uncovered - coalesce(l.lent_cost, '
            ~ zero() ~ ')'
        ) }} as real_cost
    from moves as m
    left join lent as l
        on
            m.payer_account_id = l.payer_account_id
            and m.currency_code = l.currency_code
            and m.pool_key = l.pool_key
            and m.slot = l.slot
            and m.account_id = l.account_id
),

-- Rows that AWS did not bill: what closes each owner's slot, fees that were
-- billed to others, and what lending does to owners and margin.
entries as (
    select
        {{ keys }},
        'unused_commitment' as category,
        'closing_entry' as rule,
        {{ zero() }} as units,
        real_cost
    from closing

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        usage_start as slot,
        owner_account_id as account_id,
        'unused_commitment' as category,
        'fee_of_owner' as rule,
        {{ zero() }} as units,
        base_cost as real_cost
    from fees
    where {{ fee_moves_to_owner() }}

    {%- for account, category, units, cost in [
        ('account_id', 'lent_commitment', 'lent_units', 'lent_cost'),
        (
            'account_id', 'lending_credit', 'lent_units',
            amount('-lending_credit')
        ),
        (
            "'" ~ var('margin_account') ~ "'", 'margin', 'borrowed_units',
            amount('lending_credit - borrowed_cost')
        ),
    ] %}

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        {{ account }} as account_id,
        '{{ category }}' as category,
        '{{ category }}' as rule,
        {{ units }} as units,
        {{ cost }} as real_cost
    from circle_costs
    {%- endfor %}
),

summed as (
    select
        {{ keys }},
        category,
        rule,
        {{ sum_amount('units') }} as units,
        {{ sum_amount('real_cost') }} as real_cost
    from entries
    group by
        {{ keys }},
        category,
        rule
    having sum(real_cost) <> {{ zero() }}
),

share_entries as (
    select
        e.payer_account_id,
        e.currency_code,
        e.pool_key,
        s.service_code,
        e.slot as usage_start,
        e.account_id,
        e.category,
        e.rule,
        e.units,
        {{ zero() }} as base_cost,
        e.real_cost
    from summed as e
    inner join services as s
        on
            e.payer_account_id = s.payer_account_id
            and e.currency_code = s.currency_code
            and e.pool_key = s.pool_key
)

select * from share_entries
