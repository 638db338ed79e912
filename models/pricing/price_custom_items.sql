with

items as (
    select * from {{ ref('custom_line_items') }}
),

amounts as (
    select * from {{ ref('price_amounts') }}
),

items_in_force as (
    select i.*
    from items as i
    where {{ in_force('i') }}
),

-- AWS's own taxes are no part of what a percentage is taken of.
prices as (
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        {{ sum_amount('price') }} as price
    from amounts
    where category <> 'tax'
    group by
        payer_account_id,
        currency_code,
        account_id,
        service_code
),

-- A percentage stands beside each service it is taken of, a flat amount under
-- its own service or name.
price_custom_items as (
    select
        payer_account_id,
        currency_code,
        account_id,
        coalesce(service_code, item) as service_code,
        item,
        value as price
    from items_in_force
    where kind = 'flat'

    union all

    select
        p.payer_account_id,
        p.currency_code,
        p.account_id,
        p.service_code,
        i.item,
        {{ mul_div('p.price', 'i.value', amount(100)) }} as price
    from items_in_force as i
    inner join prices as p
        on
            coalesce(i.payer_account_id, p.payer_account_id)
                = p.payer_account_id
            and coalesce(i.currency_code, p.currency_code) = p.currency_code
            and coalesce(i.account_id, p.account_id) = p.account_id
            and coalesce(i.service_code, p.service_code) = p.service_code
            and p.account_id <> '{{ var("margin_account") }}'
    where i.kind = 'percentage'
)

select * from price_custom_items
