-- A customer's accounts must all be charged in one currency
select
    customer,
    min(currency_code) as one_currency,
    max(currency_code) as another
from {{ ref('statement_lines') }}
group by customer
having min(currency_code) <> max(currency_code)
