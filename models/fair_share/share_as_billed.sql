with

coverage as (
    select * from {{ ref('pool_coverage') }}
),

zero_filled as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        covered_units as borrowed_units,
        base_cost as borrowed_cost,
        {{ zero() }} as lent_units,
        {{ zero() }} as lent_cost
    from coverage
    where account_id <> owner_account_id

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        owner_account_id as account_id,
        {{ zero() }} as borrowed_units,
        {{ zero() }} as borrowed_cost,
        covered_units as lent_units,
        base_cost as lent_cost
    from coverage
    where account_id <> owner_account_id
),

-- The control case: what AWS lent and to whom, at the cost on the lines.
share_as_billed as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        'organization' as circle,
        false as is_leakage,
        account_id,
        {{ sum_amount('borrowed_units') }} as borrowed_units,
        {{ sum_amount('borrowed_cost') }} as borrowed_cost,
        {{ sum_amount('lent_units') }} as lent_units,
        {{ sum_amount('lent_cost') }} as lent_cost,
        {{ sum_amount('lent_cost') }} as lending_credit
    from zero_filled
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
)

select * from share_as_billed
