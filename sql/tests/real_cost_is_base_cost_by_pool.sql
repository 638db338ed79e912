-- Lines, fee rows and entries of one pool: what sharing gives to one it takes
-- from another inside the pool.
with

costs as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        base_cost,
        real_cost
    from {{ ref('share_line_costs') }}

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        {{ zero() }} as base_cost,
        real_cost
    from {{ ref('share_entries') }}

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        base_cost,
        case
            when {{ fee_moves_to_owner() }} then {{ zero() }}
            else base_cost
        end as real_cost
    from {{ ref('pool_commitment_fees') }}
)

select
    payer_account_id,
    currency_code,
    pool_key,
    sum(base_cost) as base_cost,
    sum(real_cost) as real_cost
from costs
group by
    payer_account_id,
    currency_code,
    pool_key
having sum(base_cost) <> sum(real_cost)
