-- What the customer is charged
select
    customer,
    legal_name,
    accounts,
    subtotal,
    tax,
    total as figure,
    currency_code as currency
from {{ source('published', 'statement_totals') }}
where
    billing_period = '{{ var("billing_period") }}'
    and customer = {{ param('customer') }}
order by currency_code
