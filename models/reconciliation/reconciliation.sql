{{ config(materialized='table') }}

with

bill_checks as (
    select * from {{ ref('stg_bill_checks') }}
),

payer_checks as (
    select * from {{ ref('stg_payer_checks') }}
),

bill_totals as (
    select * from {{ ref('stg_bill_totals') }}
),

account_costs as (
    select * from {{ ref('account_costs') }}
),

sharing_checks as (
    select * from {{ ref('sharing_checks') }}
),

pool_checks as (
    select * from {{ ref('pool_checks') }}
),

charge_checks as (
    select * from {{ ref('charge_checks') }}
),

naming_checks as (
    select * from {{ ref('naming_checks') }}
),

statement_checks as (
    select * from {{ ref('statement_checks') }}
),

several_rates as (
    select * from {{ ref('tier_several_rates') }}
),

staged_sums as (
    select
        payer_account_id,
        currency_code,
        {{ sum_amount('staged_base_cost') }} as base_cost
    from bill_totals
    group by
        payer_account_id,
        currency_code
),

account_sums as (
    select
        payer_account_id,
        currency_code,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost
    from account_costs
    group by
        payer_account_id,
        currency_code
),

-- Pools span invoices, so sums of real cost are equal by payer and currency,
-- after the bridge of every invoice.
checks as (
    select * from bill_checks

    union all

    select
        payer_account_id,
        cast(null as varchar) as invoice_id,
        currency_code,
        check_name,
        severity,
        expected,
        actual,
        tolerance,
        note
    from payer_checks

    union all
    {% for relation in [
        'sharing_checks', 'pool_checks', 'charge_checks', 'naming_checks',
        'statement_checks'
    ] %}
    select * from {{ relation }}

    union all
    {% endfor %}
    {% for name, cost, note in [
        ('base_cost', 'base_cost', 'all rows are in account_costs, once'),
        ('real_cost', 'real_cost', 'nothing was lost or made by sharing'),
    ] %}
    select
        s.payer_account_id,
        cast(null as varchar) as invoice_id,
        s.currency_code,
        '{{ name }}' as check_name,
        'check' as severity,
        s.base_cost as expected,
        coalesce(a.{{ cost }}, {{ zero() }}) as actual,
        {{ zero() }} as tolerance,
        '{{ note }}' as note
    from staged_sums as s
    left join account_sums as a
        on
            s.payer_account_id = a.payer_account_id
            and s.currency_code = a.currency_code

    union all
    {% endfor %}
    select
        payer_account_id,
        cast(null as varchar) as invoice_id,
        currency_code,
        'several_rates/' || sku as check_name,
        'warning' as severity,
        base_cost as expected,
        base_cost as actual,
        {{ zero() }} as tolerance,
        service_code || ' ' || usage_type
            || ' has several rates and is in no tier group' as note
    from several_rates
),

reconciliation as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        payer_account_id,
        invoice_id,
        currency_code,
        check_name,
        severity,
        expected,
        actual,
        {{ amount('actual - expected') }} as difference,
        severity <> 'check'
        or abs({{ amount('actual - expected') }}) <= tolerance as passed,
        note
    from checks
)

select * from reconciliation
