{% set circle_keys
    = 'payer_account_id, currency_code, pool_key, slot, circle' %}

with

circle_units as (
    select * from {{ ref('share_circle_units') }}
),

lender_costs as (
    select * from {{ ref('share_lender_costs') }}
),

lent as (
    select
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        c.slot,
        c.circle,
        c.is_leakage,
        c.account_id,
        c.borrowed_units,
        c.lent_units,
        case
            when c.lent_units > {{ zero() }} then {{ mul_div(
                'coalesce(z.lender_cost, ' ~ zero() ~ ')', 'c.lent_units',
                'coalesce(z.account_lent_units, ' ~ zero() ~ ')'
            ) }}
            else {{ zero() }}
        end as circle_lender_cost
    from circle_units as c
    left join lender_costs as z
        on
            c.payer_account_id = z.payer_account_id
            and c.currency_code = z.currency_code
            and c.pool_key = z.pool_key
            and c.slot = z.slot
            and c.account_id = z.account_id
),

share_circle_lender_costs as (
    select
        *,
        {{ total_over('circle_lender_cost', circle_keys) }} as circle_cost,
        {{ total_over('lent_units', circle_keys) }} as circle_lent_units
    from lent
)

select * from share_circle_lender_costs
