{{ config(enabled=var('focus').versions | length > 0) }}

{% set keys -%}
payer_account_id,
        currency_code,
        account_id,
        service_code,
        category,
        price_category,
        pool_key,
        rule,
        charge_period_start,
        charge_period_end
{%- endset %}
{% set no_text = 'cast(null as varchar)' %}

with

pool_entries as (
    select * from {{ ref('share_entries') }}
),

tier_entries as (
    select * from {{ ref('tier_entries') }}
),

shared_entries as (
    select * from {{ ref('charge_entries') }}
),

-- What AWS did not bill, by day, or for the month where it is of no day. List
-- prices are those of `price_costs`.
entries as (
    {%- for relation, price_category, pool_key, interval, list_price in [
        (
            'pool_entries', 'category', 'pool_key', 'day',
            "case
            when category in (
                'lent_commitment', 'lending_credit', 'unused_commitment'
            ) then " ~ zero() ~ '
            else real_cost
        end'
        ),
        ('tier_entries', 'category', no_text, 'month', 'real_cost'),
        ('shared_entries', 'price_category', no_text, 'day', 'real_cost'),
    ] %}
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        category,
        {{ price_category }} as price_category,
        {{ pool_key }} as pool_key,
        rule,
        {{ start_of(interval, 'usage_start') }} as charge_period_start,
        {{ start_of(interval, 'usage_start') }} + interval '1' {{ interval }}
            as charge_period_end,
        {{ list_price }} as list_price,
        real_cost
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

focus_entries as (
    select
        {{ keys }},
        {{ sum_amount('list_price') }} as list_price,
        {{ sum_amount('real_cost') }} as real_cost
    from entries
    group by {{ keys }}
)

select * from focus_entries
