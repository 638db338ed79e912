-- Cost of every account: as billed, really, and the difference
with

costs as (
    select
        account_id,
        currency_code,
        sum(base_cost) as base_cost,
        sum(real_cost) as real_cost
    from {{ ref('account_costs') }}
    group by
        account_id,
        currency_code

    union all

    select
        'total' as account_id,
        currency_code,
        sum(base_cost) as base_cost,
        sum(real_cost) as real_cost
    from {{ ref('account_costs') }}
    group by currency_code
)

select
    account_id as account,
    cast(base_cost as decimal(18, 2)) as as_billed,
    cast(real_cost as decimal(18, 2)) as real_cost,
    cast(real_cost - base_cost as decimal(18, 2)) as difference,
    currency_code as currency
from costs
order by
    currency_code,
    case when account_id = 'total' then 1 else 0 end,
    account_id
