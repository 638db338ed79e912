-- By service and kind, and the tax on it
with

services as (
    select
        currency_code,
        service_code,
        substr(min(service_name), 1, 36) as service_name,
        kind,
        {{ sum_amount('amount') }} as amount
    from {{ source('published', 'statement_lines') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and customer = {{ param('customer') }}
    group by
        currency_code,
        service_code,
        kind
),

ranked as (
    select
        *,
        row_number() over (
            partition by currency_code
            order by abs(amount) desc, service_code, kind
        ) as place
    from services
),

rows_and_others as (
    select
        currency_code,
        1 as position,
        service_name as service,
        replace(kind, '_', ' ') as kind,
        amount
    from ranked
    where place <= 15

    union all

    select
        currency_code,
        2 as position,
        cast(count(*) as varchar) || ' more' as service,
        '' as kind,
        {{ sum_amount('amount') }} as amount
    from ranked
    where place > 15
    group by currency_code

    union all

    select
        currency_code,
        3 as position,
        'tax on ' || cast({{ quantity('base') }} as varchar) as service,
        cast({{ quantity('tax_percentage') }} as varchar) || ' %' as kind,
        tax as amount
    from {{ source('published', 'statement_taxes') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and customer = {{ param('customer') }}
)

select
    service,
    kind,
    amount as part,
    currency_code as currency
from rows_and_others
where
    position < 3
    or amount <> {{ zero() }}
order by
    currency_code,
    position,
    abs(amount) desc,
    service,
    kind
