{{ config(materialized='table', schema='working') }}

{% set group_keys = 'payer_account_id, currency_code, tier_group' %}

with

usage as (
    select * from {{ ref('tier_free_usage') }}
),

tier_rates as (
    select * from {{ ref('tier_rates') }}
),

{{ rates_by_tier_group() }},

-- The last row stands for all accounts together: the table applied to it is
-- the list price of the pooled usage.
quantities as (
    select
        payer_account_id,
        currency_code,
        tier_group,
        account_id,
        paid_usage
    from usage

    union all

    select
        payer_account_id,
        currency_code,
        tier_group,
        cast(null as varchar) as account_id,
        {{ sum_amount('paid_usage') }} as paid_usage
    from usage
    group by
        payer_account_id,
        currency_code,
        tier_group
),

tier_standalone_costs as (
    select
        q.payer_account_id,
        q.currency_code,
        q.tier_group,
        q.account_id,
        min(r.unit) as unit,
        {{ sum_amount(cost_in_tier('q.paid_usage')) }} as list_cost
    from quantities as q
    inner join rates as r
        on q.tier_group = r.tier_group
    group by
        q.payer_account_id,
        q.currency_code,
        q.tier_group,
        q.account_id
)

select * from tier_standalone_costs
