{{ config(materialized='table', schema='working') }}

{% set group_keys = 'payer_account_id, currency_code, tier_group' %}
{% set allowance_keys = 'payer_account_id, currency_code, allowance' %}

with

usage as (
    select * from {{ ref('tier_usage') }}
),

kinds as (
    select * from {{ ref('tier_kinds') }}
),

allowances as (
    select * from {{ ref('tier_allowances') }}
),

groups as (
    select
        {{ group_keys }},
        {{ sum_amount('zero_rated_usage') }} as zero_rated_usage
    from usage
    group by {{ group_keys }}
),

group_allowances as (
    select
        payer_account_id,
        tier_group,
        min(allowance) as allowance
    from kinds
    group by
        payer_account_id,
        tier_group
),

-- An allowance is one for all regions, and for both kinds of processors; how
-- much of it AWS took where is told by what it billed at zero.
-- https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/tracking-free-tier-usage.html
allowed as (
    select
        g.payer_account_id,
        g.currency_code,
        g.tier_group,
        g.zero_rated_usage,
        a.allowance,
        coalesce(q.quantity, {{ zero() }}) as allowed_usage
    from groups as g
    left join group_allowances as a
        on
            g.payer_account_id = a.payer_account_id
            and g.tier_group = a.tier_group
    left join allowances as q
        on
            a.allowance = q.allowance
            and {{ in_force('q') }}
),

in_order as (
    select
        *,
        {{ total_over('zero_rated_usage', allowance_keys) }}
            as all_zero_rated_usage,
        {{ cumulated('zero_rated_usage', allowance_keys, 'tier_group') }}
            as cumulated_usage
    from allowed
),

divided as (
    select
        *,
        {{ share(
            'allowed_usage', 'cumulated_usage', 'zero_rated_usage',
            'all_zero_rated_usage'
        ) }} as allowed_part
    from in_order
),

tier_free_quantities as (
    select
        {{ group_keys }},
        allowance,
        zero_rated_usage,
        {{ smaller_of('zero_rated_usage', 'allowed_part') }} as free_usage
    from divided
)

select * from tier_free_quantities
