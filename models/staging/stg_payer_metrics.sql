{{ config(materialized='table', schema='working') }}
{{ require_one_of(
    'cost_metric', var('cost_metric'), ['auto', 'unblended', 'net']
) }}

with

report_sums as (
    select * from {{ ref('stg_report_sums') }}
),

commitment_sums as (
    select * from {{ ref('stg_commitment_sums') }}
),

payers as (
    select
        payer_account_id,
        currency_code,
        {{ sum_amount('unblended_cost') }} as unblended_cost,
        {{ sum_amount('net_unblended_cost') }} as net_cost,
        {{ sum_count(
            'case when ' ~ is_discount('line_item_type')
            ~ ' then 0 else net_value_count end'
        ) }} as net_value_count,
        {{ sum_count(
            'case when ' ~ is_discount('line_item_type')
            ~ ' then line_item_count else 0 end'
        ) }} as discount_line_items,
        {{ sum_amount(
            'case when ' ~ is_discount('line_item_type')
            ~ ' then unblended_cost else ' ~ zero() ~ ' end'
        ) }} as discount_cost,
        max(case when invoice_id <> '' then 1 else 0 end) as has_invoice
    from report_sums
    group by
        payer_account_id,
        currency_code
),

-- By how much the bridge would miss, read net: what commitments cost over the
-- month, less what is billed for it and the month's part of upfront payments.
gaps as (
    select
        payer_account_id,
        currency_code,
        {{ sum_amount(amount('net_amortized_cost - net_paid_cost')) }}
            as net_gap
    from commitment_sums
    where fee_line_items > 0
    group by
        payer_account_id,
        currency_code
),

sides as (
    select
        p.*,
        coalesce(g.net_gap, {{ zero() }}) as net_gap,
        max(p.has_invoice) over (partition by p.payer_account_id) = 0
            as is_open,
        -- The rounding of AWS: a millionth, at least 0.0001, at most 0.01.
        case
            when abs(p.unblended_cost) < 100 then {{ amount('0.0001') }}
            when abs(p.unblended_cost) > 10000 then {{ amount('0.01') }}
            else abs({{ mul_div(
                'p.unblended_cost', amount(1), amount(1000000)
            ) }})
        end as tolerance
    from payers as p
    left join gaps as g
        on
            p.payer_account_id = g.payer_account_id
            and p.currency_code = g.currency_code
),

-- CUR 2.0 has net columns always, so it is values that tell whether private
-- discounts are in them; where they do not add up, discounts stay on the lines
-- of their own on which AWS puts them.
-- https://docs.aws.amazon.com/cur/latest/userguide/Lineitem-columns.html
stg_payer_metrics as (
    select
        payer_account_id,
        currency_code,
        {% if var('cost_metric') == 'unblended' -%}
        false
        {%- elif var('cost_metric') == 'net' -%}
        true
        {%- else -%}
        net_value_count > 0
        and abs({{ amount('net_cost - unblended_cost') }}) <= tolerance
        and abs(net_gap) <= {{ amount('0.01') }}
        {%- endif %} as is_net,
        unblended_cost,
        net_cost,
        tolerance,
        net_value_count,
        discount_line_items,
        discount_cost,
        is_open
    from sides
)

select * from stg_payer_metrics
