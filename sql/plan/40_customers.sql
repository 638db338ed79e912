-- Customers: what they are charged before tax
with

charges as (
    {{- before_and_after('customer_charges', [
        'payer_account_id', 'account_id', 'currency_code', 'customer_cost'
    ]) }}
),

accounts as (
    {{- before_and_after('accounts', [
        'payer_account_id', 'account_id', 'currency_code', 'customer'
    ]) }}
),

-- An account that changes hands is charged to one before and another after.
sides as (
    select
        coalesce(a.customer, '(none)') as customer,
        c.currency_code,
        c.customer_cost,
        c.is_after
    from charges as c
    left join accounts as a
        on
            c.payer_account_id = a.payer_account_id
            and c.account_id = a.account_id
            and c.currency_code = a.currency_code
            and c.is_after = a.is_after
),

{{ comparable(['currency_code', 'customer_cost']) }},

customers as (
    select
        customer,
        currency_code,
        {{ sum_before('customer_cost') }} as cost_before,
        {{ sum_after('customer_cost') }} as cost_after,
        {{ change_of('customer_cost') }} as difference
    from sides
    group by
        customer,
        currency_code
),

{{ largest_first(
    'customers', 'customer', 'all customers',
    comes_to_a_cent('s.difference'), 'difference',
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
