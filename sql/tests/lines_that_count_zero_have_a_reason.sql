-- What staging lets count 0 is what the report, read apart, has a reason for.
-- Covered usage and fee rows are no such lines: what they cost is computed.
with

staged as (
    select
        l.payer_account_id,
        l.currency_code,
        l.billed_cost as cost
    from {{ ref('stg_line_items') }} as l
    where
        l.amortized_cost = {{ zero() }}
        and l.line_item_type not in (
            'DiscountedUsage', 'RIFee', 'SavingsPlanCoveredUsage',
            'SavingsPlanRecurringFee'
        )
),

both_sides as (
    select * from staged

    union all

    select
        payer_account_id,
        currency_code,
        {{ amount('-billed_cost') }} as cost
    from {{ ref('stg_bills') }}
    where
        zero_reason is not null
        and zero_reason <> 'discounts_in_net'
)

select
    payer_account_id,
    currency_code,
    sum(cost) as difference
from both_sides
group by
    payer_account_id,
    currency_code
having sum(cost) <> {{ zero() }}
