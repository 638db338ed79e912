-- Every leaked unit stands in both tables: with the group that used it, and
-- with the owner whose commitment it was.
with

both_tables as (
    select
        lender_account_id as account_id,
        pool_key,
        units
    from {{ ref('leakage') }}

    union all

    select
        owner_account_id as account_id,
        pool_key,
        {{ amount('-leaked') }} as units
    from {{ ref('commitment_usage') }}
)

select
    account_id,
    pool_key,
    sum(units) as difference
from both_tables
group by
    account_id,
    pool_key
having sum(units) <> {{ zero() }}
