-- Reconciliation: from the invoices to the amortised month to real cost
with

-- What one invoice comes to is no bridge of its own: usage may be covered by a
-- commitment of another. The table has it, and every warning by itself; here
-- those of one kind are one line.
kinds as (
    select
        *,
        case
            when check_name like 'counts_zero/%' then check_name
            else split_part(check_name, '/', 1)
        end as check_kind
    from {{ ref('reconciliation') }}
    where
        not (check_name = 'amortized_total' and severity = 'info')
        and (
            severity = 'warning'
            or not passed
            or expected <> {{ zero() }}
            or actual <> {{ zero() }}
            or check_name = 'leakage'
        )
),

checks as (
    select
        case
            when check_kind = 'line_items_read' then 1
            when check_kind = 'split_cost_left_out' then 2
            when check_kind = 'line_item_type_unknown' then 3
            when check_kind = 'billed_total' then 4
            when check_kind = 'net_total' then 5
            when check_kind = 'upfront_fees' then 6
            when check_kind = 'amortized_upfront' then 7
            when check_kind = 'amortized_total' then 8
            when check_kind = 'base_cost' then 9
            when check_kind = 'real_cost' then 10
            when check_kind = 'leakage' then 11
            when severity = 'check' then 12
            when severity = 'warning' then 13
            else 14
        end as position,
        check_kind,
        severity,
        currency_code,
        min(note) as first_note,
        max(note) as last_note,
        count(*) as row_count,
        sum(expected) as expected,
        sum(actual) as actual,
        sum(difference) as difference,
        sum(case when passed then 0 else 1 end) as failures
    from kinds
    group by
        check_kind,
        severity,
        currency_code
)

select
    check_kind as "check",
    cast(row_count as bigint) as "rows",
    cast(expected as decimal(18, 2)) as expected,
    cast(actual as decimal(18, 2)) as actual,
    cast(difference as decimal(28, 10)) as difference,
    case
        when failures > 0 then 'FAILED'
        when severity = 'check' then 'ok'
        else severity
    end as result,
    case
        when first_note = last_note then first_note
        else 'such as: ' || first_note
    end as note
from checks
order by
    position,
    abs(actual) desc,
    currency_code,
    check_kind,
    severity
