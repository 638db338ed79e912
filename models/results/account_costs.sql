{{ config(materialized='table') }}

with

costs_before as (
    select * from {{ ref('charge_account_costs') }}
),

entries as (
    select * from {{ ref('charge_entries') }}
),

costs as (
    {%- for relation in ['costs_before', 'entries'] %}
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        category,
        base_cost,
        real_cost
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

account_costs as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        payer_account_id,
        account_id,
        service_code,
        category,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost,
        currency_code
    from costs
    group by
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        category
)

select * from account_costs
