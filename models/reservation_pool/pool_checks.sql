with

commitments as (
    select * from {{ ref('pool_commitments') }}
),

matches as (
    select * from {{ ref('pool_line_matches') }}
),

prices as (
    select * from {{ ref('pool_prices') }}
),

-- What no rule knows is allocated all the same, and named.
unruled as (
    select
        payer_account_id,
        currency_code,
        'no_rule/' || commitment_arn as check_name,
        amortized_cost as cost,
        service_code || ': no rule knows its pool; others used '
            || cast(
                cast(amortized_cost_of_others as decimal(18, 2)) as varchar
            ) as note
    from commitments
    where rule = 'no_rule' and is_shown_by_use
),

-- Lines that a reservation covered and that bear no public price.
unpriced as (
    select
        m.payer_account_id,
        m.currency_code,
        'no_public_price/' || m.pool_key as check_name,
        {{ sum_amount('m.amortized_cost') }} as cost,
        case
            when max(case when p.units > {{ zero() }} then 1 else 0 end) = 1
                then 'covered by reservations without a public price: valued '
                    || 'as the uncovered usage of the pool'
            else 'covered by reservations without a public price: valued at '
                || 'its base cost'
        end as note
    from matches as m
    left join prices as p
        on
            m.payer_account_id = p.payer_account_id
            and m.currency_code = p.currency_code
            and m.pool_key = p.pool_key
    where
        m.is_open
        and m.role = 'covered'
        and m.pool_unit <> 'commitment'
        and m.account_id <> m.owner_account_id
        and m.on_demand_cost <= {{ zero() }}
        and m.units > {{ zero() }}
    group by
        m.payer_account_id,
        m.currency_code,
        m.pool_key
),

named as (
    select * from unruled

    union all

    select * from unpriced
),

pool_checks as (
    select
        payer_account_id,
        cast(null as varchar) as invoice_id,
        currency_code,
        check_name,
        'warning' as severity,
        cost as expected,
        cost as actual,
        {{ zero() }} as tolerance,
        note
    from named
)

select * from pool_checks
