-- What an account pays in a slot stands on its lines: what its circles say that
-- it pays for borrowed units, and what it keeps and takes over of uncovered
-- cost.
with

both_sides as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        borrowed_cost,
        {{ zero() }} as uncovered_cost
    from {{ ref('share_circle_costs') }}

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        {{ zero() }} as borrowed_cost,
        {{ amount(
            'uncovered_cost - offered_cost + kept_cost'
            ~ ' + received_uncovered_cost'
        ) }} as uncovered_cost
    from {{ ref('share_moves') }}

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        {{ amount('-borrowed_cost') }} as borrowed_cost,
        {{ amount('-on_demand_cost') }} as uncovered_cost
    from {{ ref('share_line_costs') }}
)

select
    payer_account_id,
    currency_code,
    pool_key,
    slot,
    account_id,
    sum(borrowed_cost) as borrowed_cost,
    sum(uncovered_cost) as uncovered_cost
from both_sides
group by
    payer_account_id,
    currency_code,
    pool_key,
    slot,
    account_id
having
    sum(borrowed_cost) <> {{ zero() }}
    or sum(uncovered_cost) <> {{ zero() }}
