{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}

with

moves as (
    select * from {{ ref('share_moves') }}
),

lent as (
    select
        *,
        {{ smaller_of('lent_units', 'lent_as_billed') }} as still_lent,
        {{ larger_of(amount('lent_units - lent_as_billed'), zero()) }}
            as newly_lent
    from moves
    where
        lent_units > {{ zero() }}
        or lent_as_billed > {{ zero() }}
),

kept as (
    select
        *,
        case
            when still_lent < lent_as_billed then {{ mul_div(
                'lent_cost_as_billed', 'still_lent', 'lent_as_billed'
            ) }}
            else lent_cost_as_billed
        end as still_lent_cost
    from lent
),

-- Units that are lent no more, and units that are lent instead at their mean
-- cost.
totals as (
    select
        *,
        {{ total_over(
            amount('lent_as_billed - still_lent'), slot_keys
        ) }} as slot_freed_units,
        {{ total_over(
            amount('lent_cost_as_billed - still_lent_cost'), slot_keys
        ) }} as slot_freed_cost,
        {{ total_over('newly_lent', slot_keys) }} as slot_newly_lent,
        {{ cumulated('newly_lent', slot_keys, 'account_id') }}
            as cumulated_newly_lent
    from kept
),

replaced as (
    select
        *,
        case
            when slot_newly_lent > {{ zero() }} then coalesce({{ mul_div(
                'slot_freed_cost', 'slot_newly_lent', 'slot_freed_units'
            ) }}, {{ zero() }})
            else {{ zero() }}
        end as slot_newly_lent_cost
    from totals
),

-- What the units that each owner lends were billed at.
share_lender_costs as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        lent_units as account_lent_units,
        {{ amount('still_lent_cost + ' ~ share(
            'slot_newly_lent_cost', 'cumulated_newly_lent', 'newly_lent',
            'slot_newly_lent'
        )) }} as lender_cost
    from replaced
)

select * from share_lender_costs
