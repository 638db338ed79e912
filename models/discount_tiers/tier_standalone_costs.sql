{{ config(materialized='table', schema='working') }}

{% set group_keys = 'payer_account_id, currency_code, tier_group' %}

with

usage as (
    select * from {{ ref('tier_free_usage') }}
),

tier_rates as (
    select * from {{ ref('tier_rates') }}
),

rates as (
    select
        t.tier_table || '/' || t.region as tier_group,
        t.from_quantity,
        t.to_quantity,
        t.rate,
        t.unit
    from tier_rates as t
    where {{ in_force('t') }}
),

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

in_tiers as (
    select
        q.payer_account_id,
        q.currency_code,
        q.tier_group,
        q.account_id,
        r.unit,
        r.rate,
        {{ part_in_tier('q.paid_usage', 'r.from_quantity', 'r.to_quantity') }}
            as tier_usage
    from quantities as q
    inner join rates as r
        on q.tier_group = r.tier_group
),

tier_standalone_costs as (
    select
        payer_account_id,
        currency_code,
        tier_group,
        account_id,
        min(unit) as unit,
        {{ sum_amount(amount('tier_usage * rate')) }} as list_cost
    from in_tiers
    group by
        payer_account_id,
        currency_code,
        tier_group,
        account_id
)

select * from tier_standalone_costs
