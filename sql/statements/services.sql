-- What every service comes to, the largest first; bars are parts of the largest
with

services as (
    select
        customer,
        service_code,
        service_name,
        {{ sum_amount('amount') }} as amount,
        currency_code
    from {{ source('published', 'statement_lines') }}
    where billing_period = '{{ var("billing_period") }}'
    group by
        customer,
        service_code,
        service_name,
        currency_code
)

select
    customer,
    service_code,
    service_name,
    amount,
    currency_code,
    coalesce(
        abs(cast(amount as double))
        / nullif(
            max(abs(cast(amount as double))) over (partition by customer), 0
        ),
        0
    ) as bar
from services
where amount <> {{ zero() }}
order by
    customer,
    amount desc,
    service_code
