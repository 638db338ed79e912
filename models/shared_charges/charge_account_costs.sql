{{ config(materialized='table', schema='working') }}

with

pool_lines as (
    select * from {{ ref('share_line_costs') }}
),

tier_lines as (
    select * from {{ ref('tier_line_costs') }}
),

entries as (
    select * from {{ ref('share_entries') }}
),

tier_entries as (
    select * from {{ ref('tier_entries') }}
),

other_lines as (
    select * from {{ ref('charge_line_items') }}
),

-- Small sums first: base cost under the category AWS billed, real cost under
-- the category it has now.
pool_sums as (
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        category,
        {{ sum_amount(list_or_base_cost()) }} as list_cost,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('own_cost') }} as own_cost,
        {{ sum_amount('borrowed_cost') }} as borrowed_cost,
        {{ sum_amount('on_demand_cost') }} as on_demand_cost
    from pool_lines
    group by
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        category
),

{% set keys -%}
payer_account_id,
        currency_code,
        account_id,
        service_code
{%- endset %}
-- Commitments and what they cover, tiers and entries are AWS's own.
costs as (
    select
        {{ keys }},
        category,
        true as is_aws,
        list_cost,
        base_cost,
        {{ zero() }} as real_cost
    from pool_sums

    {%- for category, cost in [
        ('own_commitment', 'own_cost'),
        ('borrowed', 'borrowed_cost'),
        ('on_demand', 'on_demand_cost'),
    ] %}

    union all

    select
        {{ keys }},
        '{{ category }}' as category,
        true as is_aws,
        {{ zero() }} as list_cost,
        {{ zero() }} as base_cost,
        {{ cost }} as real_cost
    from pool_sums
    where {{ cost }} <> {{ zero() }}
    {%- endfor %}

    {%- for relation, is_aws, list_cost in [
        ('entries', 'true', zero()),
        ('tier_lines', 'true', list_or_base_cost()),
        ('tier_entries', 'true', zero()),
        (
            'other_lines', 'is_aws',
            'case when is_usage then ' ~ list_or_base_cost() ~ ' else '
            ~ zero() ~ ' end'
        ),
    ] %}

    union all

    select
        {{ keys }},
        category,
        {{ is_aws }} as is_aws,
        {{ list_cost }} as list_cost,
        base_cost,
        real_cost
    from {{ relation }}
    {%- endfor %}
),

charge_account_costs as (
    select
        {{ keys }},
        category,
        is_aws,
        {{ sum_amount('list_cost') }} as list_cost,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost
    from costs
    group by
        {{ keys }},
        category,
        is_aws
)

select * from charge_account_costs
