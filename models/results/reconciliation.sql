{{ config(materialized='table') }}

with

bill_totals as (
    select * from {{ ref('stg_bill_totals') }}
),

line_items as (
    select * from {{ ref('stg_line_items') }}
),

account_costs as (
    select * from {{ ref('account_costs') }}
),

several_rates as (
    select * from {{ ref('tier_several_rates') }}
),

staged_sums as (
    select
        payer_account_id,
        currency_code,
        {{ sum_amount('base_cost') }} as base_cost
    from line_items
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

-- The bridge of every invoice, then the sums of every payer: pools span
-- invoices, so real cost is equal by payer and currency.
{% set no_invoice = 'cast(null as varchar)' %}
checks as (
    {%- for name, expected, actual, tolerance, note in [
        (
            'line_items_read', 'reported_line_items',
            amount('staged_line_items + split_cost_line_items'), '0',
            'rows of the report, and rows staged or left out'
        ),
        (
            'split_cost_left_out', 'split_cost_line_items',
            'split_cost_line_items', '0',
            'rows that repeat the cost of others (split cost allocation)'
        ),
        (
            'line_item_type_known', zero(), 'unknown_type_line_items', '0',
            'rows of a type that line_item_types does not list'
        ),
        (
            'billed_total', 'reported_billed_cost', 'staged_billed_cost', '0',
            'invoice of the report, and of the staged rows'
        ),
        (
            'upfront_fees', 'upfront_fee', 'upfront_fee', '0',
            'bridge: less upfront payments of the month'
        ),
        (
            'amortized_upfront', 'amortized_upfront', 'amortized_upfront', '0',
            'bridge: plus their part of this month'
        ),
        (
            'amortized_total',
            amount('reported_billed_cost - upfront_fee + amortized_upfront'),
            'staged_amortized_cost', '0.01',
            'end of the bridge; differs by rounding on the rows of AWS'
        ),
    ] %}
    select
        payer_account_id,
        invoice_id,
        currency_code,
        '{{ name }}' as check_name,
        {{ expected }} as expected,
        {{ actual }} as actual,
        {{ amount(tolerance) }} as tolerance,
        '{{ note }}' as note
    from bill_totals

    union all
    {% endfor %}
    {%- for name, cost, note in [
        ('base_cost', 'base_cost', 'all rows are in account_costs, once'),
        ('real_cost', 'real_cost', 'nothing was lost or made by sharing'),
    ] %}
    select
        s.payer_account_id,
        {{ no_invoice }} as invoice_id,
        s.currency_code,
        '{{ name }}' as check_name,
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
        {{ no_invoice }} as invoice_id,
        currency_code,
        'several_rates/' || sku as check_name,
        base_cost as expected,
        base_cost as actual,
        {{ zero() }} as tolerance,
        'warning: ' || service_code || ' ' || usage_type
            || ' has several rates and is in no tier group' as note
    from several_rates
),

reconciliation as (
    select
        '{{ var("billing_period") }}' as billing_period,
        payer_account_id,
        invoice_id,
        currency_code,
        check_name,
        expected,
        actual,
        {{ amount('actual - expected') }} as difference,
        abs({{ amount('actual - expected') }}) <= tolerance as passed,
        note
    from checks
)

select * from reconciliation
