{{ config(materialized='table') }}

with

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
),

account_days as (
    select
        payer_account_id,
        currency_code,
        cast(slot as date) as usage_date,
        pool_key,
        circle,
        account_id,
        {{ sum_amount('borrowed_units') }} as borrowed_units,
        {{ sum_amount('borrowed_cost') }} as borrowed_cost,
        {{ sum_amount('lent_units') }} as lent_units,
        {{ sum_amount('lending_credit') }} as lending_credit
    from circle_costs
    group by
        payer_account_id,
        currency_code,
        cast(slot as date),
        pool_key,
        circle,
        account_id
),

margin_days as (
    select
        payer_account_id,
        currency_code,
        usage_date,
        pool_key,
        circle,
        {{ sum_amount('borrowed_units') }} as units,
        {{ amount('sum(lending_credit) - sum(borrowed_cost)') }} as amount
    from account_days
    group by
        payer_account_id,
        currency_code,
        usage_date,
        pool_key,
        circle
),

-- Both sides of every transfer: what borrowers pay, lenders and margin get.
entries as (
    select
        payer_account_id,
        currency_code,
        usage_date,
        pool_key,
        circle,
        account_id,
        'borrowed' as kind,
        borrowed_units as units,
        borrowed_cost as amount
    from account_days
    where borrowed_units <> {{ zero() }} or borrowed_cost <> {{ zero() }}

    union all

    select
        payer_account_id,
        currency_code,
        usage_date,
        pool_key,
        circle,
        account_id,
        'lending_credit' as kind,
        lent_units as units,
        {{ amount('-lending_credit') }} as amount
    from account_days
    where lent_units <> {{ zero() }} or lending_credit <> {{ zero() }}

    union all

    select
        payer_account_id,
        currency_code,
        usage_date,
        pool_key,
        circle,
        '{{ var("margin_account") }}' as account_id,
        'margin' as kind,
        units,
        amount
    from margin_days
    where amount <> {{ zero() }}
),

transfers as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        payer_account_id,
        currency_code,
        usage_date,
        pool_key,
        circle,
        account_id,
        kind,
        units,
        amount
    from entries
)

select * from transfers
