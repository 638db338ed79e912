with

charge_lines as (
    select * from {{ ref('charge_line_items') }}
),

limits as (
    select * from {{ ref('charge_limits') }}
),

parts as (
    select * from {{ ref('charge_parts') }}
),

rules as (
    select rule
    from parts
    group by rule
),

-- A rule that found nobody left the charge where it was.
without_bearers as (
    select
        l.payer_account_id,
        l.currency_code,
        'no_bearer/' || l.rule as check_name,
        'warning' as severity,
        {{ zero() }} as expected,
        {{ sum_amount('l.base_cost') }} as actual,
        'charges that the rule could not share, since no account of its '
            || 'bearers has a line in the bill' as note
    from charge_lines as l
    inner join rules as r
        on l.rule = r.rule
    where
        not l.is_shared
        and l.pool_key is null
    group by
        l.payer_account_id,
        l.currency_code,
        l.rule
),

checks as (
    select * from without_bearers

    union all

    select * from limits
),

charge_checks as (
    select
        payer_account_id,
        cast(null as varchar) as invoice_id,
        currency_code,
        check_name,
        severity,
        expected,
        actual,
        {{ zero() }} as tolerance,
        note
    from checks
)

select * from charge_checks
