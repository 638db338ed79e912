{{ config(enabled=var('focus').versions | length > 0) }}

with

facts as (
    select * from {{ ref('stg_account_facts') }}
),

customers as (
    select * from {{ ref('customers') }}
),

-- Who is billed: the customer, else the group; the account of margins is
-- nobody's.
focus_accounts as (
    select
        f.account_id,
        f.account_name,
        f.customer,
        f.account_group,
        f.account_id = '{{ var("margin_account") }}' as is_margin,
        coalesce(f.customer, f.account_group) as billing_account_id,
        coalesce(c.legal_name, f.customer, f.account_group)
            as billing_account_name,
        case
            when f.customer is not null then 'Customer'
            when f.account_id = '{{ var("margin_account") }}' then 'Issuer'
            when f.account_group = f.account_id then 'Account'
            else 'Group'
        end as billing_account_type
    from facts as f
    left join customers as c
        on
            f.customer = c.customer
            and {{ in_force('c') }}
)

select * from focus_accounts
