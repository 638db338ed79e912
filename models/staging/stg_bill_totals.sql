{{ config(materialized='table', schema='working') }}

with

bills as (
    select * from {{ ref('stg_bills') }}
),

line_items as (
    select * from {{ ref('stg_line_items') }}
),

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

grouped as (
    select
        payer_account_id,
        account_id,
        service_code,
        line_group,
        currency_code,
        cast(count(*) as bigint) as line_item_count,
        {{ sum_amount('billed_cost') }} as billed_cost,
        {{ sum_amount('amortized_cost') }} as amortized_cost,
        {{ sum_amount('base_cost') }} as base_cost
    from line_items
    group by
        payer_account_id,
        account_id,
        service_code,
        line_group,
        currency_code
),

staged as (
    select
        l.payer_account_id,
        coalesce(g.invoice_id, '') as invoice_id,
        l.currency_code,
        {{ sum_count('l.line_item_count') }} as line_item_count,
        {{ sum_amount('l.billed_cost') }} as billed_cost,
        {{ sum_amount('l.amortized_cost') }} as amortized_cost,
        {{ sum_amount('l.base_cost') }} as base_cost
    from grouped as l
    left join line_groups as g
        on
            {{ is_group_of('g', 'l') }}
    group by
        l.payer_account_id,
        coalesce(g.invoice_id, ''),
        l.currency_code
),

reported as (
    select
        payer_account_id,
        invoice_id,
        currency_code,
        {{ sum_count('line_item_count') }} as line_item_count,
        {{ sum_count(
            'case when is_left_out then line_item_count else 0 end'
        ) }} as split_cost_count,
        {{ sum_count(
            'case when is_unknown_type then line_item_count else 0 end'
        ) }} as unknown_type_count,
        {{ sum_amount('billed_cost') }} as billed_cost,
        {{ sum_amount('upfront_fee') }} as upfront_fee,
        {{ sum_amount('amortized_upfront') }} as amortized_upfront
    from bills
    group by
        payer_account_id,
        invoice_id,
        currency_code
),

-- What the report says of each invoice beside what staging made of it.
stg_bill_totals as (
    select
        r.payer_account_id,
        r.invoice_id,
        r.currency_code,
        {{ amount('r.line_item_count') }} as reported_line_items,
        {{ amount('r.split_cost_count') }} as split_cost_line_items,
        {{ amount('r.unknown_type_count') }} as unknown_type_line_items,
        {{ amount('coalesce(s.line_item_count, 0)') }} as staged_line_items,
        r.billed_cost as reported_billed_cost,
        r.upfront_fee,
        r.amortized_upfront,
        coalesce(s.billed_cost, {{ zero() }}) as staged_billed_cost,
        coalesce(s.amortized_cost, {{ zero() }}) as staged_amortized_cost,
        coalesce(s.base_cost, {{ zero() }}) as staged_base_cost
    from reported as r
    left join staged as s
        on
            r.payer_account_id = s.payer_account_id
            and r.invoice_id = s.invoice_id
            and r.currency_code = s.currency_code
)

select * from stg_bill_totals
