{% set keys -%}
payer_account_id,
        currency_code,
        pool_key,
        slot
{%- endset %}

with

demand as (
    select * from {{ ref('pool_demand') }}
),

coverage as (
    select * from {{ ref('pool_coverage') }}
),

capacity as (
    select * from {{ ref('pool_capacity') }}
),

-- An account stands in a slot because it used, because it owns, or both.
facts as (
    select
        {{ keys }},
        account_id,
        demand,
        {{ zero() }} as reserved_units,
        {{ zero() }} as covered_units,
        {{ zero() }} as covered_by_own_units
    from demand

    union all

    select
        {{ keys }},
        owner_account_id as account_id,
        {{ zero() }} as demand,
        reserved_units,
        {{ zero() }} as covered_units,
        {{ zero() }} as covered_by_own_units
    from capacity

    union all

    select
        {{ keys }},
        owner_account_id as account_id,
        {{ zero() }} as demand,
        {{ zero() }} as reserved_units,
        covered_units,
        case
            when account_id = owner_account_id then covered_units
            else {{ zero() }}
        end as covered_by_own_units
    from coverage
),

summed as (
    select
        {{ keys }},
        account_id,
        {{ sum_amount('demand') }} as demand,
        {{ sum_amount('reserved_units') }} as reserved_units,
        {{ sum_amount('covered_units') }} as covered_units,
        {{ sum_amount('covered_by_own_units') }} as covered_by_own_units
    from facts
    group by
        {{ keys }},
        account_id
),

-- Capacity is never less than what AWS observably covered with it.
share_accounts as (
    select
        {{ keys }},
        account_id,
        demand,
        {{ larger_of('reserved_units', 'covered_units') }} as capacity,
        covered_units,
        covered_by_own_units
    from summed
)

select * from share_accounts
