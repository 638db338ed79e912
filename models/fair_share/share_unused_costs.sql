{% set keys -%}
payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
{%- endset %}

with

moves as (
    select * from {{ ref('share_moves') }}
),

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
),

fees as (
    select * from {{ ref('pool_commitment_fees') }}
),

lent as (
    select
        {{ keys }},
        {{ sum_amount('lent_cost') }} as lent_cost
    from circle_costs
    group by {{ keys }}
),

-- What an owner's commitments covered for others is its own again; what it
-- uses itself or is credited for is no part of what is unused.
closing as (
    select
        m.payer_account_id,
        m.currency_code,
        m.pool_key,
        m.slot,
        m.account_id,
        {{ amount(
            'm.lent_base_cost - m.own_cost_of_covered'
            ~ ' - m.own_cost_of_uncovered - coalesce(l.lent_cost, '
            ~ zero() ~ ')'
        ) }} as real_cost
    from moves as m
    left join lent as l
        on
            m.payer_account_id = l.payer_account_id
            and m.currency_code = l.currency_code
            and m.pool_key = l.pool_key
            and m.slot = l.slot
            and m.account_id = l.account_id
),

-- A fee that was billed to another account comes to the owner.
share_unused_costs as (
    select
        {{ keys }},
        'closing_entry' as rule,
        real_cost
    from closing

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        usage_start as slot,
        owner_account_id as account_id,
        'fee_of_owner' as rule,
        {{ sum_amount('base_cost') }} as real_cost
    from fees
    where {{ fee_moves_to_owner() }}
    group by
        payer_account_id,
        currency_code,
        pool_key,
        usage_start,
        owner_account_id
)

select * from share_unused_costs
