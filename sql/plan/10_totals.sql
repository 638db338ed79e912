-- Total: what all accounts really cost, as published and by this project
with

sides as (
    {{- before_and_after('account_costs', ['currency_code', 'real_cost']) }}
),

{{ comparable(['currency_code', 'real_cost']) }},

sums as (
    select
        currency_code,
        {{ sum_before('real_cost') }} as cost_before,
        {{ sum_after('real_cost') }} as cost_after
    from sides
    group by currency_code
),

totals as (
    select
        s.currency_code,
        c.is_comparable,
        case when c.is_comparable then s.cost_before end as cost_before,
        s.cost_after,
        case
            when c.is_comparable
                then {{ amount('s.cost_after - s.cost_before') }}
        end as difference
    from sums as s
    cross join comparable as c
    where s.currency_code is not null
)

select
    cast(cost_before as decimal(18, 2)) as "before",
    cast(cost_after as decimal(18, 2)) as "after",
    cast(difference as decimal(18, 2)) as difference,
    case
        when not is_comparable then 'not comparable'
        when {{ comes_to_a_cent('difference') }} then 'other'
        else 'the same'
    end as total,
    currency_code as currency
from totals
order by currency_code
