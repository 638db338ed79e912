with

bill_totals as (
    select * from {{ ref('stg_bill_totals') }}
),

-- The bridge of every invoice: billed total, less upfront fees, plus their
-- part of the month, is the amortised total. A commitment and what it covers
-- may be on different invoices, so it is the payer's bridge that must close.
stg_bill_checks as (
    {%- for name, severity, expected, actual, tolerance, note in [
        (
            'line_items_read', 'check', 'reported_line_items',
            amount('staged_line_items + split_cost_line_items'), '0',
            'rows of the report, and rows staged or left out'
        ),
        (
            'split_cost_left_out', 'info', 'split_cost_line_items',
            'split_cost_line_items', '0',
            'rows that repeat the cost of others (split cost allocation)'
        ),
        (
            'line_item_type_unknown', 'info', 'unknown_type_line_items',
            'unknown_type_line_items', '0',
            'rows passed through, of a type that line_item_types does not list'
        ),
        (
            'billed_total', 'check', 'reported_billed_cost',
            'staged_billed_cost', '0',
            'invoice of the report, and of the staged rows'
        ),
        (
            'upfront_fees', 'info', 'upfront_fee', 'upfront_fee', '0',
            'bridge: less upfront payments of the month'
        ),
        (
            'amortized_upfront', 'info', 'amortized_upfront',
            'amortized_upfront', '0',
            'bridge: plus their part of this month'
        ),
        (
            'amortized_total', 'info',
            amount('reported_billed_cost - upfront_fee + amortized_upfront'),
            'staged_amortized_cost', '0.01',
            'what the invoice comes to; usage may be covered on another one'
        ),
    ] %}
    select
        payer_account_id,
        invoice_id,
        currency_code,
        '{{ name }}' as check_name,
        '{{ severity }}' as severity,
        {{ expected }} as expected,
        {{ actual }} as actual,
        {{ amount(tolerance) }} as tolerance,
        '{{ note }}' as note
    from bill_totals
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select * from stg_bill_checks
