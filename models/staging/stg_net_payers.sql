{{ config(materialized='table', schema='working') }}
{{ require_one_of(
    'cost_metric', var('cost_metric'), ['auto', 'unblended', 'net']
) }}

with

line_items as (
    select * from {{ source('cur', 'line_items') }}
),

-- A report has net columns as soon as one account has a private discount, and
-- zeros and nulls alone say that there is none. Such a payer is not read net
-- whatever the setting: its discounts stand on lines of their own, which would
-- be lost.
-- https://docs.aws.amazon.com/cur/latest/userguide/Lineitem-columns.html
stg_net_payers as (
    select
        bill_payer_account_id as payer_account_id
    from line_items
    where
        {% if var('cost_metric') == 'unblended' -%}
        false
        {%- else -%}
        coalesce(line_item_net_unblended_cost, {{ zero() }}) <> 0
        or coalesce(reservation_net_effective_cost, {{ zero() }}) <> 0
        or coalesce(
            savings_plan_net_savings_plan_effective_cost, {{ zero() }}
        ) <> 0
        {%- endif %}
    group by bill_payer_account_id
)

select * from stg_net_payers
