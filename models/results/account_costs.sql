{{ config(materialized='table') }}

with

costs_before as (
    select * from {{ ref('charge_account_costs') }}
),

entries as (
    select * from {{ ref('charge_entries') }}
),

accounts as (
    select * from {{ ref('stg_account_facts') }}
),

service_names as (
    select * from {{ ref('stg_service_names') }}
),

costs as (
    {%- for relation, list_cost in [
        ('costs_before', 'list_cost'), ('entries', zero()),
    ] %}
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        category,
        {{ list_cost }} as list_cost,
        base_cost,
        real_cost
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

summed as (
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        category,
        {{ sum_amount('list_cost') }} as list_cost,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost
    from costs
    group by
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        category
),

account_costs as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        c.payer_account_id,
        c.currency_code,
        c.account_id,
        a.account_name,
        a.account_group,
        a.customer,
        c.service_code,
        coalesce(s.service_name, c.service_code) as service_name,
        c.category,
        c.list_cost,
        c.base_cost,
        c.real_cost
    from summed as c
    left join accounts as a
        on c.account_id = a.account_id
    left join service_names as s
        on c.service_code = s.service_code
)

select * from account_costs
