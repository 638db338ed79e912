with

parts as (
    select * from {{ ref('statement_parts') }}
),

items as (
    select * from {{ ref('price_custom_items') }}
),

usage_units as (
    select * from {{ ref('usage_units') }}
),

-- Where a unit came from is the reseller's matter: usage is usage.
statement_prices as (
    select
        p.payer_account_id,
        p.currency_code,
        p.account_id,
        p.service_code,
        p.region,
        p.usage_type,
        p.description,
        coalesce(u.display_unit, p.usage_unit) as unit,
        case
            when
                p.category in (
                    'on_demand', 'own_commitment', 'borrowed', 'tiered', 'usage'
                )
                then 'usage'
            when p.category in ('lent_commitment', 'lending_credit')
                then 'lent_commitment'
            else p.category
        end as kind,
        {{ mul_div(
            'p.quantity', amount(1), 'coalesce(u.divisor, ' ~ amount(1) ~ ')'
        ) }} as quantity,
        p.price
    from parts as p
    left join usage_units as u
        on p.usage_unit = u.usage_unit

    union all

    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        '' as region,
        '' as usage_type,
        item as description,
        '' as unit,
        'custom' as kind,
        {{ zero() }} as quantity,
        price
    from items
)

select * from statement_prices
