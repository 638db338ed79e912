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
    c.account_id as account,
    coalesce(substr(r.account_name, 1, 32), '') as name,
    cast(c.base_cost as decimal(18, 2)) as as_billed,
    cast(c.real_cost as decimal(18, 2)) as real_cost,
    cast(c.real_cost - c.base_cost as decimal(18, 2)) as difference,
    c.currency_code as currency
from costs as c
left join {{ ref('stg_accounts') }} as r
    on c.account_id = r.account_id
order by
    c.currency_code,
    case when c.account_id = 'total' then 1 else 0 end,
    c.account_id
