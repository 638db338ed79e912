{{ config(materialized='table') }}

with

pairs as (
    select * from {{ ref('share_leaked_pairs') }}
),

accounts as (
    select * from {{ ref('stg_account_facts') }}
),

pools as (
    select * from {{ ref('pool_services') }}
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
        l.customer as lender_customer,
        p.borrower_account_id,
        b.account_group as borrower_group,
        b.customer as borrower_customer,
        {{ sum_amount('p.units') }} as units,
        {{ sum_amount('p.on_demand_cost') }} as on_demand_cost,
        {{ sum_amount('p.relief') }} as relief,
        {{ sum_amount('p.effective_cost') }} as effective_cost
    from pairs as p
    inner join pools as u
        on
            p.payer_account_id = u.payer_account_id
            and p.currency_code = u.currency_code
            and p.pool_key = u.pool_key
    inner join accounts as l
        on p.lender_account_id = l.account_id
    inner join accounts as b
        on p.borrower_account_id = b.account_id
    group by
        p.payer_account_id,
        p.currency_code,
        p.pool_key,
        u.unit,
        p.lender_account_id,
        l.account_group,
        l.customer,
        p.borrower_account_id,
        b.account_group,
        b.customer
)

select * from leakage
