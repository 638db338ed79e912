-- Every unit of a line is own use, borrowed or on demand, as its account's are.
with

both_sides as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        own_use as own_units,
        borrowed_units,
        on_demand_units
    from {{ ref('share_moves') }}

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        {{ amount('-own_units') }} as own_units,
        {{ amount('-borrowed_units') }} as borrowed_units,
        {{ amount('-on_demand_units') }} as on_demand_units
    from {{ ref('share_line_costs') }}
)

select
    payer_account_id,
    currency_code,
    pool_key,
    slot,
    account_id,
    sum(own_units) as own_units,
    sum(borrowed_units) as borrowed_units,
    sum(on_demand_units) as on_demand_units
from both_sides
group by
    payer_account_id,
    currency_code,
    pool_key,
    slot,
    account_id
having
    sum(own_units) <> {{ zero() }}
    or sum(borrowed_units) <> {{ zero() }}
    or sum(on_demand_units) <> {{ zero() }}
