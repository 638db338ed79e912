-- What AWS billed and what it really costs, of every account and service.
with

both_sides as (
    select
        billing_period,
        payer_account_id,
        currency_code,
        account_id,
        x_service_code as service_code,
        x_base_cost as base_cost,
        x_real_cost as real_cost
    from {{ ref('focus_cost_and_usage') }}

    union all

    select
        billing_period,
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        -base_cost as base_cost,
        -real_cost as real_cost
    from {{ ref('account_costs') }}
)

select
    billing_period,
    payer_account_id,
    currency_code,
    account_id,
    service_code,
    sum({{ amount('base_cost') }}) as base_cost_difference,
    sum({{ amount('real_cost') }}) as real_cost_difference
from both_sides
group by
    billing_period,
    payer_account_id,
    currency_code,
    account_id,
    service_code
having
    sum({{ amount('base_cost') }}) <> {{ zero() }}
    or sum({{ amount('real_cost') }}) <> {{ zero() }}
