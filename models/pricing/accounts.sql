{{ config(materialized='table') }}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

account_costs as (
    select * from {{ ref('account_costs') }}
),

commitments as (
    select * from {{ ref('stg_commitments') }}
),

facts as (
    select * from {{ ref('stg_account_facts') }}
),

price_accounts as (
    select * from {{ ref('price_accounts') }}
),

usage_dates as (
    select
        payer_account_id,
        currency_code,
        account_id,
        cast(min(usage_start) as date) as first_usage_date,
        cast(max(usage_start) as date) as last_usage_date
    from line_items
    where role in ('usage', 'covered')
    group by
        payer_account_id,
        currency_code,
        account_id
),

-- Whoever has a line or an entry, owners of commitments, and in every bill the
-- account of margins.
known as (
    select
        payer_account_id,
        currency_code,
        account_id
    from account_costs

    union all

    select
        payer_account_id,
        currency_code,
        owner_account_id as account_id
    from commitments

    union all

    select
        payer_account_id,
        currency_code,
        '{{ var("margin_account") }}' as account_id
    from account_costs
),

known_once as (
    select
        payer_account_id,
        currency_code,
        account_id
    from known
    where account_id is not null
    group by
        payer_account_id,
        currency_code,
        account_id
),

accounts as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        k.payer_account_id,
        k.currency_code,
        k.account_id,
        f.account_name,
        f.account_group,
        f.customer,
        p.price_plan,
        f.shares,
        f.priority,
        k.account_id = k.payer_account_id as is_payer,
        f.is_registered,
        u.first_usage_date,
        u.last_usage_date
    from known_once as k
    left join facts as f
        on k.account_id = f.account_id
    left join price_accounts as p
        on
            k.payer_account_id = p.payer_account_id
            and k.account_id = p.account_id
    left join usage_dates as u
        on
            k.payer_account_id = u.payer_account_id
            and k.currency_code = u.currency_code
            and k.account_id = u.account_id
)

select * from accounts
