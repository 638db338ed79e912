{{ config(materialized='table') }}

with

fees as (
    select * from {{ ref('pool_commitment_fees') }}
),

capacity as (
    select * from {{ ref('pool_capacity') }}
),

positions as (
    select * from {{ ref('share_positions') }}
),

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
),

commitment_costs as (
    select * from {{ ref('share_commitment_costs') }}
),

-- Reserved units of slots in which nobody used anything stand on no slot:
-- they are what the fee rows reserve beyond the slots.
facts as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        account_id as owner_account_id,
        capacity,
        own_use,
        {{ zero() }} as lent,
        {{ zero() }} as leaked
    from positions

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id,
        reserved_units as capacity,
        {{ zero() }} as own_use,
        {{ zero() }} as lent,
        {{ zero() }} as leaked
    from fees

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id,
        {{ amount('-reserved_units') }} as capacity,
        {{ zero() }} as own_use,
        {{ zero() }} as lent,
        {{ zero() }} as leaked
    from capacity

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        account_id as owner_account_id,
        {{ zero() }} as capacity,
        {{ zero() }} as own_use,
        case when is_leakage then {{ zero() }} else lent_units end as lent,
        case when is_leakage then lent_units else {{ zero() }} end as leaked
    from circle_costs
),

units as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id,
        {{ sum_amount('capacity') }} as capacity,
        {{ sum_amount('own_use') }} as own_use,
        {{ sum_amount('lent') }} as lent,
        {{ sum_amount('leaked') }} as leaked
    from facts
    group by
        payer_account_id,
        currency_code,
        pool_key,
        owner_account_id
),

commitment_usage as (
    select
        '{{ var("billing_period") }}' as billing_period,
        c.owner_account_id,
        c.pool_key,
        c.kind,
        u.capacity,
        u.own_use,
        u.lent,
        u.leaked,
        {{ amount('u.capacity - u.own_use - u.lent - u.leaked') }} as unused,
        {{ amount('c.covered_cost + c.fee_cost') }} as cost,
        coalesce(
            {{ mul_div(
                amount('u.own_use + u.lent + u.leaked'),
                amount(1),
                'u.capacity'
            ) }},
            {{ zero() }}
        ) as utilization
    from commitment_costs as c
    inner join units as u
        on
            c.payer_account_id = u.payer_account_id
            and c.currency_code = u.currency_code
            and c.pool_key = u.pool_key
            and c.owner_account_id = u.owner_account_id
)

select * from commitment_usage
