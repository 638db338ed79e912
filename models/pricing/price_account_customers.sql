with

facts as (
    select * from {{ ref('stg_account_facts') }}
),

customers as (
    select * from {{ ref('customers') }}
),

price_account_customers as (
    select
        f.account_id,
        f.account_name,
        f.customer,
        c.currency_code
    from facts as f
    inner join customers as c
        on
            f.customer = c.customer
            and {{ in_force('c') }}
)

select * from price_account_customers
