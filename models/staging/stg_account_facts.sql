{{ config(materialized='table', schema='working') }}

with

account_names as (
    select * from {{ ref('stg_account_names') }}
),

registry as (
    select * from {{ ref('stg_accounts') }}
),

customers as (
    select * from {{ ref('stg_account_customers') }}
),

commitments as (
    select * from {{ ref('stg_commitments') }}
),

named as (
    select
        account_id,
        account_name
    from account_names

    union all

    select
        owner_account_id as account_id,
        cast(null as varchar) as account_name
    from commitments

    union all

    select
        '{{ var("margin_account") }}' as account_id,
        cast(null as varchar) as account_name
),

names as (
    select
        account_id,
        coalesce(min(account_name), account_id) as account_name
    from named
    where account_id is not null
    group by account_id
),

-- Every account of the report and of the registry, owners that have no line of
-- their own, and the account of margins. One that is not in the registry is a
-- group of its own.
stg_account_facts as (
    select
        n.account_id,
        n.account_name,
        coalesce(r.account_group, n.account_id) as account_group,
        c.customer,
        coalesce(r.shares, true) as shares,
        r.priority,
        r.account_id is not null as is_registered
    from names as n
    left join registry as r
        on n.account_id = r.account_id
    left join customers as c
        on
            n.account_id = c.account_id
            and n.account_id <> '{{ var("margin_account") }}'
)

select * from stg_account_facts
