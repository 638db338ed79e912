{{ config(materialized='table', schema='working') }}

{% set policy = var('tiers').policy %}
{% set group_keys = 'payer_account_id, currency_code, tier_group' %}

with

reservations as (
    select * from {{ ref('tier_reservations') }}
),

line_items as (
    select * from {{ ref('stg_line_items') }}
),

commitment_costs as (
    select
        r.payer_account_id,
        l.currency_code,
        'reservations/' || r.region as tier_group,
        r.owner_account_id as account_id,
        r.commitment_arn,
        r.list_value,
        r.percentage,
        r.own_percentage,
        min(l.service_code) as service_code,
        {{ sum_amount('l.base_cost') }} as base_cost
    from reservations as r
    inner join line_items as l
        on
            r.payer_account_id = l.payer_account_id
            and r.commitment_arn = l.commitment_arn
    group by
        r.payer_account_id,
        l.currency_code,
        r.region,
        r.owner_account_id,
        r.commitment_arn,
        r.list_value,
        r.percentage,
        r.own_percentage
),

-- The discount is on the upfront and on the recurring fee, so it is inside
-- all that the commitment costs, and is found from it.
with_saving as (
    select
        *,
        {{ mul_div('base_cost', 'percentage', amount('100 - percentage')) }}
            as saving
    from commitment_costs
),

with_own_saving as (
    select
        *,
        {{ mul_div(
            amount('base_cost + saving'), 'own_percentage', amount(100)
        ) }} as own_saving
    from with_saving
),

accounts as (
    select
        {{ group_keys }},
        account_id,
        min(service_code) as service_code,
        {{ sum_amount('list_value') }} as list_value,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('saving') }} as saving,
        {{ sum_amount('own_saving') }} as own_saving
    from with_own_saving
    group by
        {{ group_keys }},
        account_id
),

in_order as (
    select
        *,
        {{ total_over('saving', group_keys) }} as group_saving,
        {{ total_over('list_value', group_keys) }} as group_list_value,
        {{ cumulated('list_value', group_keys, 'account_id') }}
            as cumulated_list_value
    from accounts
),

-- Whoever bought the reservations that made the threshold, and whenever: all
-- that are active save by what they are worth.
divided as (
    select
        *,
        {{ share(
            'group_saving', 'cumulated_list_value', 'list_value',
            'group_list_value'
        ) }} as shared_saving,
        {{ amount('base_cost + saving - own_saving') }} as standalone_cost
    from in_order
),

tier_reservation_costs as (
    select
        {{ group_keys }},
        account_id,
        service_code,
        list_value,
        standalone_cost,
        base_cost,
        {% if policy == 'as_billed' -%}
        base_cost
        {%- elif policy == 'keep' -%}
        standalone_cost
        {%- else -%}
        {{ amount('base_cost + saving - shared_saving') }}
        {%- endif %} as real_cost
    from divided
)

select * from tier_reservation_costs
