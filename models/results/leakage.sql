{{ config(materialized='table') }}

with

pairs as (
    select * from {{ ref('share_leaked_pairs') }}
),

members as (
    select * from {{ ref('share_members') }}
),

commitments as (
    select * from {{ ref('pool_commitments') }}
),

pool_units as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        min(unit) as unit
    from commitments
    group by
        payer_account_id,
        currency_code,
        pool_key
),

account_groups as (
    select
        payer_account_id,
        account_id,
        min(account_group) as account_group
    from members
    group by
        payer_account_id,
        account_id
),

leakage as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        p.payer_account_id,
        p.currency_code,
        p.pool_key,
        u.unit,
        p.lender_account_id,
        l.account_group as lender_group,
        p.borrower_account_id,
        b.account_group as borrower_group,
        {{ sum_amount('p.units') }} as units,
        {{ sum_amount('p.on_demand_cost') }} as on_demand_cost,
        {{ sum_amount('p.relief') }} as relief,
        {{ sum_amount('p.effective_cost') }} as effective_cost
    from pairs as p
    inner join pool_units as u
        on
            p.payer_account_id = u.payer_account_id
            and p.currency_code = u.currency_code
            and p.pool_key = u.pool_key
    inner join account_groups as l
        on
            p.payer_account_id = l.payer_account_id
            and p.lender_account_id = l.account_id
    inner join account_groups as b
        on
            p.payer_account_id = b.payer_account_id
            and p.borrower_account_id = b.account_id
    group by
        p.payer_account_id,
        p.currency_code,
        p.pool_key,
        u.unit,
        p.lender_account_id,
        l.account_group,
        p.borrower_account_id,
        b.account_group
)

select * from leakage
