{{ config(materialized='table') }}

with

account_costs as (
    select * from {{ ref('tier_account_costs') }}
),

reservation_costs as (
    select * from {{ ref('tier_reservation_costs') }}
),

tier_entries as (
    select * from {{ ref('tier_entries') }}
),

-- Volume discounts of reservations count list value; what is kept of a group
-- is no account's usage.
benefits as (
    {%- for relation, usage_amount, unit, free, standalone_cost, filter in [
        (
            'account_costs', 'usage_amount', 'unit', 'free_usage',
            'standalone_cost', 'true'
        ),
        (
            'reservation_costs', 'list_value', "'USD'", zero(),
            'standalone_cost', 'true'
        ),
        (
            'tier_entries', 'units', 'cast(null as varchar)', zero(),
            zero(), "category = 'margin'"
        ),
    ] %}
    select
        payer_account_id,
        currency_code,
        tier_group,
        account_id,
        {{ usage_amount }} as usage_amount,
        {{ unit }} as usage_unit,
        {{ free }} as free_usage,
        {{ standalone_cost }} as standalone_cost,
        base_cost,
        real_cost
    from {{ relation }}
    where {{ filter }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

tier_benefits as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        payer_account_id,
        currency_code,
        tier_group,
        account_id,
        usage_amount,
        usage_unit,
        free_usage,
        standalone_cost,
        base_cost,
        real_cost,
        {{ amount('standalone_cost - real_cost') }} as saving
    from benefits
)

select * from tier_benefits
