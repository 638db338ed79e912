-- Reconciliation: from the invoices to the amortised month to real cost
with

checks as (
    select
        case
            when check_name = 'line_items_read' then 1
            when check_name = 'split_cost_left_out' then 2
            when check_name = 'line_item_type_unknown' then 3
            when check_name = 'billed_total' then 4
            when check_name = 'upfront_fees' then 5
            when check_name = 'amortized_upfront' then 6
            when check_name = 'amortized_total' then 7
            when check_name = 'base_cost' then 8
            when check_name = 'real_cost' then 9
            when check_name = 'leakage' then 10
            else 11
        end as position,
        check_name,
        currency_code,
        min(note) as note,
        sum(expected) as expected,
        sum(actual) as actual,
        sum(difference) as difference,
        sum(case when passed then 0 else 1 end) as failures
    from {{ ref('reconciliation') }}
    where
        not passed
        or expected <> {{ zero() }}
        or check_name = 'leakage'
    group by
        check_name,
        currency_code
)

select
    check_name as "check",
    cast(expected as decimal(18, 2)) as expected,
    cast(actual as decimal(18, 2)) as actual,
    cast(difference as decimal(28, 10)) as difference,
    case when failures = 0 then 'ok' else 'FAILED' end as result,
    note
from checks
order by
    position,
    currency_code,
    check_name
