{{ config(
    materialized='table',
    schema='working',
    enabled=var('focus').versions | length > 0
) }}

{% set keys -%}
c.payer_account_id, c.currency_code, c.account_id, c.service_code
{%- endset %}
{% set ordering -%}
charge_period_start,
            charge_period_end,
            line_group,
            kind,
            category,
            pool_key,
            rule,
            item
{%- endset %}

with

charges as (
    select * from {{ ref('focus_charges') }}
),

customer_charges as (
    select * from {{ ref('customer_charges') }}
),

currency_rates as (
    select * from {{ ref('currency_rates') }}
),

currencies as (
    select
        c.payer_account_id,
        c.currency_code,
        c.account_id,
        c.service_code,
        c.invoice_currency_code,
        case
            when c.invoice_currency_code = c.currency_code then {{ amount(1) }}
            else r.rate
        end as rate
    from customer_charges as c
    left join currency_rates as r
        on
            c.currency_code = r.from_currency_code
            and c.invoice_currency_code = r.to_currency_code
            and {{ in_force('r') }}
),

in_order as (
    select
        c.*,
        i.invoice_currency_code,
        i.rate,
        {{ cumulated('c.price', keys, ordering) }} as cumulated_price
    from charges as c
    left join currencies as i
        on
            c.payer_account_id = i.payer_account_id
            and c.currency_code = i.currency_code
            and c.account_id = i.account_id
            and c.service_code = i.service_code
),

-- Rounded as they add up, so that the rows of an account's service are what is
-- invoiced of it.
focus_billed_costs as (
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        kind,
        category,
        entry,
        pool_key,
        rule,
        item,
        charge_period_start,
        charge_period_end,
        quantity,
        base_cost,
        real_cost,
        list_cost,
        price,
        invoice_currency_code,
        case
            when rate = {{ amount(1) }} then list_cost
            else {{ product('list_cost', 'rate') }}
        end as billed_list_cost,
        case
            when rate = {{ amount(1) }} then price
            else {{ amount(
                product('cumulated_price', 'rate') ~ ' - '
                ~ product(amount('cumulated_price - price'), 'rate')
            ) }}
        end as billed_cost
    from in_order
)

select * from focus_billed_costs
