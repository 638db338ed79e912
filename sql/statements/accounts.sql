-- What every account comes to, the largest first
select
    customer,
    account_id,
    account_name,
    subtotal,
    tax,
    total,
    currency_code
from {{ source('published', 'statement_accounts') }}
where billing_period = '{{ var("billing_period") }}'
order by
    customer,
    total desc,
    account_id
