with

report_sums as (
    select * from {{ ref('stg_report_sums') }}
),

registry as (
    select * from {{ ref('stg_accounts') }}
),

-- CUR 2.0 brings names: an account's own, and on every line the payer's.
named as (
    select
        account_id,
        account_name
    from report_sums

    union all

    select
        payer_account_id as account_id,
        payer_name as account_name
    from report_sums
),

reported as (
    select
        account_id,
        min(account_name) as account_name
    from named
    group by account_id
),

-- The registry's name, else the report's, else the id.
stg_account_names as (
    select
        coalesce(r.account_id, a.account_id) as account_id,
        coalesce(
            nullif(a.account_name, a.account_id),
            r.account_name,
            a.account_name,
            r.account_id
        ) as account_name
    from reported as r
    full join registry as a
        on r.account_id = a.account_id
)

select * from stg_account_names
