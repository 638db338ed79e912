{{ config(materialized='table', schema='working') }}

{% set keys -%}
payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
{%- endset %}

with

unused as (
    select * from {{ ref('share_unused_costs') }}
),

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
),

services as (
    select * from {{ ref('pool_services') }}
),

-- Rows that AWS did not bill: what is unused to owners, and what lending does
-- to them and to the margin.
entries as (
    select
        {{ keys }},
        'unused_commitment' as category,
        rule,
        {{ zero() }} as units,
        real_cost
    from unused

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
