-- Lines and entries of one pool in one slot: what sharing gives to one it takes
-- from another. A fee row that leaves its account comes to its owner.
with

costs as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        base_cost,
        real_cost
    from {{ ref('share_line_costs') }}

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        usage_start as slot,
        {{ zero() }} as base_cost,
        real_cost
    from {{ ref('share_entries') }}

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        usage_start as slot,
        base_cost,
        case
            when {{ fee_moves_to_owner() }} then {{ zero() }}
            else base_cost
        end as real_cost
    from {{ ref('pool_line_matches') }}
    where role = 'commitment_fee'
)

select
    payer_account_id,
    currency_code,
    pool_key,
    slot,
    sum(base_cost) as base_cost,
    sum(real_cost) as real_cost
from costs
group by
    payer_account_id,
    currency_code,
    pool_key,
    slot
having sum(base_cost) <> sum(real_cost)
