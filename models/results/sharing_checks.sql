with

account_costs as (
    select * from {{ ref('account_costs') }}
),

registry as (
    select * from {{ ref('stg_accounts') }}
),

account_names as (
    select * from {{ ref('stg_account_names') }}
),

leaked_pairs as (
    select * from {{ ref('share_leaked_pairs') }}
),

commitments as (
    select * from {{ ref('pool_commitments') }}
),

sharing_circles as (
    select * from {{ ref('sharing_circles') }}
),

-- Circles in which those without a group lend to others.
lent_without_group as (
    select min(c.circle) as circle
    from sharing_circles as c
    where
        c.lends = 'without_group'
        and {{ circle_in_force('c') }}
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

leaked as (
    select
        payer_account_id,
        currency_code,
        {{ sum_amount('paid') }} as paid,
        {{ sum_amount('effective_cost') }} as effective_cost
    from leaked_pairs
    group by
        payer_account_id,
        currency_code
),

payers as (
    select
        payer_account_id,
        currency_code
    from accounts
    group by
        payer_account_id,
        currency_code
),

-- What was not to be shared has a row in every month, so that a zero can be
-- shown as well.
sharing_checks as (
    select
        p.payer_account_id,
        cast(null as varchar) as invoice_id,
        p.currency_code,
        'leakage' as check_name,
        'info' as severity,
        coalesce(l.effective_cost, {{ zero() }}) as expected,
        coalesce(l.effective_cost, {{ zero() }}) as actual,
        {{ zero() }} as tolerance,
        'cost of leaked commitments; who used them pays '
            || cast(
                cast(coalesce(l.paid, {{ zero() }}) as decimal(18, 2))
                as varchar
            ) as note
    from payers as p
    left join leaked as l
        on
            p.payer_account_id = l.payer_account_id
            and p.currency_code = l.currency_code

    union all

    select
        a.payer_account_id,
        cast(null as varchar) as invoice_id,
        a.currency_code,
        'unregistered/' || a.account_id as check_name,
        'warning' as severity,
        a.base_cost as expected,
        a.base_cost as actual,
        {{ zero() }} as tolerance,
        a.account_id || case
            when n.account_name <> a.account_id
                then ' (' || n.account_name || ')'
            else ''
        end || ' is not in the registry (seed account_registry)' as note
    from accounts as a
    left join registry as r
        on a.account_id = r.account_id
    left join account_names as n
        on a.account_id = n.account_id
    where r.account_id is null

    union all

    select
        c.payer_account_id,
        cast(null as varchar) as invoice_id,
        c.currency_code,
        'without_group/' || c.commitment_arn as check_name,
        'info' as severity,
        c.amortized_cost as expected,
        c.amortized_cost as actual,
        {{ zero() }} as tolerance,
        c.owner_account_id || ' is in no group and lends to everybody after '
            || 'the groups' as note
    from commitments as c
    inner join lent_without_group as w
        on w.circle is not null
    left join registry as r
        on c.owner_account_id = r.account_id
    where not coalesce(r.has_group, false)
)

select * from sharing_checks
