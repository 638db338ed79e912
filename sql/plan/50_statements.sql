-- Statements: customers whose statement would be another
with

{{ counted_rows(result_tables(), 'statement_', 'customer') }},

customers_changed as (
    select customer
    from counted_rows
    where rows_before <> rows_after
    group by customer
),

sides as (
    {{- before_and_after(
        'statement_totals', ['customer', 'currency_code', 'total']
    ) }}
),

{{ comparable(['currency_code', 'total']) }},

-- A customer billed in another currency has a row in each.
totals as (
    select
        b.customer,
        b.currency_code,
        max(case when c.customer is not null then 1 else 0 end) as is_other,
        {{ sum_before('b.total') }} as cost_before,
        {{ sum_after('b.total') }} as cost_after,
        {{ change_of('b.total') }} as difference
    from sides as b
    left join customers_changed as c
        on b.customer = c.customer
    group by
        b.customer,
        b.currency_code
),

{{ largest_first(
    'totals', 'customer', 'all customers', 's.is_other = 1', 'difference',
    ['cost_before', 'cost_after', 'difference']
) }}

select
    customer,
    cast(cost_before as decimal(18, 2)) as "before",
    cast(cost_after as decimal(18, 2)) as "after",
    cast(difference as decimal(18, 2)) as difference,
    currency_code as currency
from rows_and_total
order by
    currency_code,
    position,
    place
