-- Pools: what is lent in each, and what moves between accounts
with

sides as (
    {{- before_and_after('transfers', [
        'pool_key', 'currency_code', 'account_id', 'kind', 'units', 'amount'
    ]) }}
),

{{ comparable(['currency_code', 'pool_key', 'units', 'amount']) }},

-- What is borrowed is lent, too, and counts once.
entries as (
    select
        pool_key,
        currency_code,
        account_id,
        case when kind = 'borrowed' then units else {{ zero() }} end as units,
        case when kind = 'borrowed' then amount else {{ zero() }} end as paid,
        amount,
        is_after
    from sides
),

accounts as (
    select
        pool_key,
        currency_code,
        account_id,
        {{ sum_before('units') }} as units_before,
        {{ sum_after('units') }} as units_after,
        {{ sum_before('paid') }} as cost_before,
        {{ sum_after('paid') }} as cost_after,
        {{ change_of('amount') }} as moved
    from entries
    group by
        pool_key,
        currency_code,
        account_id
),

{{ sums_of_accounts('pool_key') }},

{{ largest_first(
    'sums', 'pool_key', 'all pools', comes_to_a_cent('s.moved'), 'moved',
    ['cost_before', 'cost_after', 'moved'], ['units_before', 'units_after']
) }}

select
    pool_key as pool,
    cast(units_before as decimal(18, 2)) as units_before,
    cast(units_after as decimal(18, 2)) as units_after,
    cast(cost_before as decimal(18, 2)) as paid_before,
    cast(cost_after as decimal(18, 2)) as paid_after,
    cast(cost_after - cost_before as decimal(18, 2)) as difference,
    cast(moved as decimal(18, 2)) as moved,
    currency_code as currency
from rows_and_total
order by
    currency_code,
    position,
    place
