-- What is invoiced, and the same in AWS's currency, of every account and
-- service: no row is in a currency that is not the invoice's.
with

both_sides as (
    select
        billing_period,
        payer_account_id,
        currency_code,
        account_id,
        x_service_code as service_code,
        billing_currency,
        billed_cost,
        pricing_currency_effective_cost as price
    from {{ ref('focus_cost_and_usage') }}

    union all

    select
        billing_period,
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        invoice_currency_code as billing_currency,
        -invoice_amount as billed_cost,
        -{{ amount('customer_cost + tax') }} as price
    from {{ ref('customer_charges') }}
)

select
    billing_period,
    payer_account_id,
    currency_code,
    account_id,
    service_code,
    billing_currency,
    sum({{ amount('billed_cost') }}) as billed_difference,
    sum({{ amount('price') }}) as price_difference
from both_sides
group by
    billing_period,
    payer_account_id,
    currency_code,
    account_id,
    service_code,
    billing_currency
having
    sum({{ amount('billed_cost') }}) <> {{ zero() }}
    or sum({{ amount('price') }}) <> {{ zero() }}
