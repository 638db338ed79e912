-- The same for every account
with

costs as (
    select c.*
    from {{ source('published', 'statement_costs') }} as c
    inner join {{ source('published', 'statement_totals') }} as t
        on
            c.customer = t.customer
            and c.billing_period = t.billing_period
            and t.shows_cost
    where c.billing_period = '{{ var("billing_period") }}'
)

select
    customer,
    account_id,
    account_name,
    {{ sum_amount(
        "case when step = 'billed' then amount else " ~ zero() ~ ' end'
    ) }} as billed,
    {{ sum_amount(
        "case when step <> 'billed' then amount else " ~ zero() ~ ' end'
    ) }} as difference,
    {{ sum_amount('amount') }} as real_cost,
    currency_code
from costs
group by
    customer,
    account_id,
    account_name,
    currency_code
order by
    customer,
    real_cost desc,
    account_id
