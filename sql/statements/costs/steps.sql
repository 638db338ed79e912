-- From what AWS billed to real cost, for customers that see it
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
),

steps as (
    select
        customer,
        currency_code,
        step_number,
        step,
        {{ sum_amount('amount') }} as amount
    from costs
    group by
        customer,
        currency_code,
        step_number,
        step

    union all

    select
        customer,
        currency_code,
        99 as step_number,
        'real' as step,
        {{ sum_amount('amount') }} as amount
    from costs
    group by
        customer,
        currency_code
)

select
    customer,
    step,
    amount,
    currency_code
from steps
order by
    customer,
    currency_code,
    step_number
