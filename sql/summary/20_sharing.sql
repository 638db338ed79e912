-- Lent and borrowed, by pool
with

lines as (
    select
        pool_key,
        account_id,
        kind,
        sum(units) as units,
        sum(amount) as amount
    from {{ ref('transfers') }}
    group by
        pool_key,
        account_id,
        kind

    union all

    select
        'total' as pool_key,
        '' as account_id,
        kind,
        cast(null as decimal(38, 10)) as units,
        sum(amount) as amount
    from {{ ref('transfers') }}
    group by kind
)

select
    pool_key as pool,
    account_id as account,
    kind,
    cast(units as decimal(18, 2)) as units,
    cast(amount as decimal(18, 2)) as amount
from lines
order by
    case when pool_key = 'total' then 1 else 0 end,
    pool_key,
    kind,
    account_id
