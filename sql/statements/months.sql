-- This month and up to five before, in the same currency
with

totals as (
    select * from {{ source('published', 'statement_totals') }}
),

months as (
    select
        t.customer,
        t.billing_period,
        t.total,
        t.currency_code,
        t.is_provisional,
        t.billing_period = '{{ var("billing_period") }}' as is_current,
        row_number() over (
            partition by t.customer
            order by t.billing_period desc
        ) as months_back
    from totals as t
    inner join totals as c
        on
            t.customer = c.customer
            and t.currency_code = c.currency_code
            and c.billing_period = '{{ var("billing_period") }}'
    where t.billing_period <= '{{ var("billing_period") }}'
)

select
    customer,
    billing_period,
    total,
    currency_code,
    is_provisional,
    is_current,
    coalesce(
        abs(cast(total as double))
        / nullif(
            max(abs(cast(total as double))) over (partition by customer), 0
        ),
        0
    ) as bar
from months
where months_back <= 6
order by
    customer,
    billing_period
