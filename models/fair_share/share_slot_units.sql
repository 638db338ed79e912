with

positions as (
    select * from {{ ref('share_positions') }}
),

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
),

borrowed as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        {{ sum_amount('borrowed_units') }} as borrowed_units,
        {{ sum_amount('borrowed_cost') }} as borrowed_cost
    from circle_costs
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
),

-- What remains on demand is what an account neither owned nor borrowed.
share_slot_units as (
    select
        p.payer_account_id,
        p.currency_code,
        p.pool_key,
        p.slot,
        p.account_id,
        p.demand,
        p.own_use,
        coalesce(b.borrowed_units, {{ zero() }}) as borrowed_units,
        coalesce(b.borrowed_cost, {{ zero() }}) as borrowed_cost,
        {{ amount(
            'p.residual_demand - coalesce(b.borrowed_units, ' ~ zero() ~ ')'
        ) }} as on_demand_units
    from positions as p
    left join borrowed as b
        on
            p.payer_account_id = b.payer_account_id
            and p.currency_code = b.currency_code
            and p.pool_key = b.pool_key
            and p.slot = b.slot
            and p.account_id = b.account_id
)

select * from share_slot_units
