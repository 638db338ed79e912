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
        payer_account_id,
        currency_code,
        commitment_arn,
        min(service_code) as service_code,
        {{ sum_amount('base_cost') }} as base_cost
    from line_items
    where commitment_arn is not null
    group by
        payer_account_id,
        currency_code,
        commitment_arn
    having sum(base_cost) > {{ zero() }}
),

-- The discount is on the upfront and on the recurring fee, so it is inside
-- all that the commitment costs, and cost at list prices is found from it.
at_list as (
    select
        c.payer_account_id,
        c.currency_code,
        'reservations/' || r.region || '/' || substr(r.bought_at, 1, 7)
            as tier_group,
        r.owner_account_id as account_id,
        c.service_code,
        r.list_value,
        r.own_percentage,
        c.base_cost,
        {{ mul_div(
            'c.base_cost', amount(100), amount('100 - r.percentage')
        ) }} as list_cost
    from commitment_costs as c
    inner join reservations as r
        on
            c.payer_account_id = r.payer_account_id
            and c.commitment_arn = r.commitment_arn
),

accounts as (
    select
        {{ group_keys }},
        account_id,
        min(service_code) as service_code,
        {{ sum_amount('list_value') }} as list_value,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('list_cost') }} as list_cost,
        {{ sum_amount(mul_div(
            'list_cost', amount('100 - own_percentage'), amount(100)
        )) }} as standalone_cost
    from at_list
    group by
        {{ group_keys }},
        account_id
),

in_order as (
    select
        *,
        {{ total_over('base_cost', group_keys) }} as pooled_cost,
        {{ total_over('list_cost', group_keys) }} as total_list_cost,
        {{ cumulated('list_cost', group_keys, 'account_id') }}
            as cumulated_list_cost
    from accounts
),

-- Who bought in the same month in the same region gets the same percentage,
-- whoever bought last.
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
        {{ share(
            'pooled_cost', 'cumulated_list_cost', 'list_cost',
            'total_list_cost'
        ) }}
        {%- endif %} as real_cost
    from in_order
)

select * from tier_reservation_costs
