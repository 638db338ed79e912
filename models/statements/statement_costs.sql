{{ config(materialized='table') }}

{% set steps = ['billed', 'commitments', 'tiers', 'charges'] %}

with

moved as (
    select * from {{ ref('statement_cost_steps') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

accounts as (
    select
        m.customer,
        m.payer_account_id,
        m.currency_code,
        m.account_id,
        m.account_name,
        max({{ smallest_unit('c.minor_unit') }}) as smallest_unit,
        {{ sum_amount('m.real_cost') }} as real_cost,
        {{ sums_by_name(steps, 'm.step', 'm.cost') }}
    from moved as m
    left join currencies as c
        on m.currency_code = c.currency_code
    where m.customer is not null
    group by
        m.customer,
        m.payer_account_id,
        m.currency_code,
        m.account_id,
        m.account_name
),

summed as (
    select
        *,
        {{ total_over('real_cost', 'customer, currency_code') }} as real_total
    from accounts
),

with_total as (
    select
        *,
        {{ in_whole_units('real_total', 'smallest_unit') }} as total
    from summed
),

-- What the customer's accounts cost is rounded once, and they share it; so do
-- the steps of each.
{{ largest_remainder(
    'by_account', 'with_total', 'real_cost', 'smallest_unit',
    'customer, currency_code', 'total', 'account_id, payer_account_id'
) }},

by_step as (
    {%- for step in steps %}
    select
        customer,
        payer_account_id,
        currency_code,
        account_id,
        account_name,
        smallest_unit,
        rounded as account_total,
        cast({{ loop.index }} as bigint) as step_number,
        '{{ step }}' as step,
        {{ step }} as cost
    from by_account
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

{{ largest_remainder(
    'shared', 'by_step', 'cost', 'smallest_unit',
    'payer_account_id, currency_code, account_id', 'account_total',
    'step_number'
) }},

statement_costs as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        customer,
        payer_account_id,
        account_id,
        account_name,
        step_number,
        step,
        rounded as amount,
        currency_code
    from shared
)

select * from statement_costs
