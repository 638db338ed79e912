{{ config(materialized='table', schema='working') }}

with

as_billed as (
    select * from {{ ref('share_as_billed') }}
),

gains as (
    select * from {{ ref('share_circle_gains') }}
),

{% if var('sharing').policy == 'as_billed' -%}
share_circle_costs as (
    select * from as_billed
)
{%- else -%}
payments as (
    select
        *,
        {{ amount('circle_lent_cost + paid_gain') }} as circle_payment
    from gains
),

-- Borrowers pay by borrowed unit, lenders get their cost and, by lent unit,
-- their part of the gain.
share_circle_costs as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        circle,
        is_leakage,
        account_id,
        borrowed_units,
        {{ share(
            'circle_payment',
            'cumulated_borrowed_units',
            'borrowed_units',
            'circle_units'
        ) }} as borrowed_cost,
        lent_units,
        case
            when is_credited then lent_cost
            else {{ zero() }}
        end as lent_cost,
        case
            when is_credited then {{ amount(
                'lent_cost + ' ~ share(
                    'credited_gain',
                    'cumulated_lent_units',
                    'lent_units',
                    'circle_units'
                )
            ) }}
            else {{ zero() }}
        end as lending_credit
    from payments
)
{%- endif %}

select * from share_circle_costs
