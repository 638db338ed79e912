-- Tax by rate
select
    customer,
    cast(tax_percentage as decimal(28, 9)) as tax_percentage,
    base,
    tax,
    currency_code
from {{ source('published', 'statement_taxes') }}
where billing_period = '{{ var("billing_period") }}'
order by
    customer,
    tax_percentage desc
