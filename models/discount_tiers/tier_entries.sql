{% set group_keys = 'payer_account_id, currency_code, tier_group' %}

with

account_costs as (
    select * from {{ ref('tier_account_costs') }}
),

line_items as (
    select * from {{ ref('tier_line_items') }}
),

reservation_costs as (
    select * from {{ ref('tier_reservation_costs') }}
),

-- A group of several services has its entry under the first of them.
services as (
    select
        {{ group_keys }},
        min(service_code) as service_code
    from line_items
    group by {{ group_keys }}
),

-- What is kept of a group is what its accounts pay beyond its cost.
kept as (
    select
        c.payer_account_id,
        c.currency_code,
        c.tier_group,
        s.service_code,
        {{ amount('sum(c.base_cost) - sum(c.real_cost)') }} as real_cost
    from account_costs as c
    inner join services as s
        on
            c.payer_account_id = s.payer_account_id
            and c.currency_code = s.currency_code
            and c.tier_group = s.tier_group
    group by
        c.payer_account_id,
        c.currency_code,
        c.tier_group,
        s.service_code

    union all

    select
        {{ group_keys }},
        min(service_code) as service_code,
        {{ amount('sum(base_cost) - sum(real_cost)') }} as real_cost
    from reservation_costs
    group by {{ group_keys }}
),

entries as (
    select
        {{ group_keys }},
        service_code,
        account_id,
        'tiered' as category,
        'reservation_volume' as rule,
        {{ amount('real_cost - base_cost') }} as real_cost
    from reservation_costs

    union all

    select
        {{ group_keys }},
        service_code,
        '{{ var("margin_account") }}' as account_id,
        'margin' as category,
        'margin' as rule,
        real_cost
    from kept
    {%- if var('tiers').policy != 'keep' %}
    where false
    {%- endif %}
),

-- Rows that AWS did not bill, at the start of the month that they are for.
tier_entries as (
    select
        {{ group_keys }},
        service_code,
        cast('{{ var("billing_period") }}-01 00:00:00' as timestamp)
            as usage_start,
        account_id,
        category,
        rule,
        {{ zero() }} as units,
        {{ zero() }} as base_cost,
        real_cost
    from entries
    where real_cost <> {{ zero() }}
)

select * from tier_entries
