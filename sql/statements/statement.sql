-- Who a statement is for, and what it comes to: one row for each customer
select
    customer,
    billing_period,
    period_start as first_day,
    cast(
        period_start + interval '1 month' - interval '1 day' as date
    ) as last_day,
    legal_name,
    tax_id,
    address,
    contacts,
    purchase_order,
    payment_days,
    language,
    template,
    is_provisional,
    currency_code,
    subtotal,
    tax,
    total,
    case when exchange_rate is not null then billed_currency_code end
        as billed_currency_code,
    cast(exchange_rate as decimal(28, 9)) as exchange_rate,
    cast(exchange_rate_from as date) as exchange_rate_from,
    exchange_rate_source
from {{ source('published', 'statement_totals') }}
where billing_period = '{{ var("billing_period") }}'
order by customer
