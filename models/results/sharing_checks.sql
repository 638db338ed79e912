with

account_costs as (
    select * from {{ ref('account_costs') }}
),

registry as (
    select * from {{ ref('stg_accounts') }}
),

-- Rows of the margin account are no account of the report.
accounts as (
    select
        payer_account_id,
        currency_code,
        account_id,
        {{ sum_amount('base_cost') }} as base_cost
    from account_costs
    where category <> 'margin'
    group by
        payer_account_id,
        currency_code,
        account_id
),

sharing_checks as (
    select
        a.payer_account_id,
        cast(null as varchar) as invoice_id,
        a.currency_code,
        'unregistered/' || a.account_id as check_name,
        a.base_cost as expected,
        a.base_cost as actual,
        {{ zero() }} as tolerance,
        'warning: account is not in the registry (seed accounts)' as note
    from accounts as a
    left join registry as r
        on a.account_id = r.account_id
    where r.account_id is null
)

select * from sharing_checks
