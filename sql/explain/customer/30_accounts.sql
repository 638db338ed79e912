-- By account
select
    account_id as account,
    case when account_name <> account_id then account_name else '' end as name,
    subtotal,
    tax,
    total as part,
    currency_code as currency
from {{ source('published', 'statement_accounts') }}
where
    billing_period = '{{ var("billing_period") }}'
    and customer = {{ param('customer') }}
order by
    currency_code,
    abs(total) desc,
    account_id
