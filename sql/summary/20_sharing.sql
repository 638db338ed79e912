-- Units lent and borrowed, by pool and account, and what was paid for them
with

accounts as (
    select
        pool_key,
        account_id,
        sum(
            case when kind = 'borrowed' then units else {{ zero() }} end
        ) as borrowed,
        sum(
            case when kind = 'lending_credit' then units else {{ zero() }} end
        ) as lent,
        sum(
            case when amount > 0 then amount else {{ zero() }} end
        ) as paid,
        sum(
            case
                when amount < 0 then {{ amount('-amount') }}
                else {{ zero() }}
            end
        ) as received
    from {{ ref('transfers') }}
    group by
        pool_key,
        account_id
),

rows_and_total as (
    select
        1 as position,
        pool_key,
        account_id,
        borrowed,
        lent,
        paid,
        received
    from accounts

    union all

    select
        2 as position,
        'total' as pool_key,
        '' as account_id,
        null as borrowed,
        null as lent,
        sum(paid) as paid,
        sum(received) as received
    from accounts
)

select
    pool_key as pool,
    account_id as account,
    cast(borrowed as decimal(18, 2)) as borrowed,
    cast(lent as decimal(18, 2)) as lent,
    cast(paid as decimal(18, 2)) as paid,
    cast(received as decimal(18, 2)) as received
from rows_and_total
order by
    position,
    pool_key,
    account_id
