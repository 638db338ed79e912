-- Every line of the report that is not left out is in the results once, in its
-- first part; line item ids are not unique, so that they are counted.
with

reported as (
    select
        payer_account_id,
        currency_code,
        {{ sum_amount('reported_line_items - split_cost_line_items') }}
            as line_count
    from {{ ref('stg_bill_totals') }}
    group by
        payer_account_id,
        currency_code
),

published as (
    select
        payer_account_id,
        currency_code,
        {{ amount('count(*)') }} as line_count
    from {{ ref('line_item_costs') }}
    where
        line_item_type is not null
        and part = 1
    group by
        payer_account_id,
        currency_code
)

select
    r.payer_account_id,
    r.currency_code,
    r.line_count as reported_lines,
    p.line_count as published_lines
from reported as r
left join published as p
    on
        r.payer_account_id = p.payer_account_id
        and r.currency_code = p.currency_code
where coalesce(p.line_count, {{ zero() }}) <> r.line_count
