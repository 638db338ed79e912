-- The detail: accounts and services by what they come to, usage before the rest
with

lines as (
    select
        *,
        cast(sum(amount) over (
            partition by customer, account_id
        ) as decimal(28, 10)) as account_amount,
        cast(sum(amount) over (
            partition by customer, account_id, service_code
        ) as decimal(28, 10)) as service_amount
    from {{ source('published', 'statement_lines') }}
    where billing_period = '{{ var("billing_period") }}'
)

select
    customer,
    line_number,
    account_id,
    account_name,
    service_code,
    service_name,
    region,
    usage_type,
    kind,
    description,
    cast(quantity as decimal(28, 9)) as quantity,
    unit,
    cast(unit_price as decimal(28, 9)) as unit_price,
    cast(tax_percentage as decimal(28, 9)) as tax_percentage,
    amount,
    currency_code,
    account_amount,
    service_amount
from lines
-- What is neither counted nor comes to a unit takes a line for nothing.
where
    amount <> {{ zero() }}
    or quantity is not null
order by
    customer,
    account_amount desc,
    account_id,
    service_amount desc,
    service_code,
    case when kind = 'usage' then 0 else 1 end,
    line_number
