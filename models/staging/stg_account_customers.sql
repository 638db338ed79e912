with

account_names as (
    select * from {{ ref('stg_account_names') }}
),

registry as (
    select * from {{ ref('stg_accounts') }}
),

commitments as (
    select * from {{ ref('stg_commitments') }}
),

customer_accounts as (
    select * from {{ ref('customer_accounts') }}
),

-- Owners of commitments may have no line of their own.
accounts as (
    select account_id
    from account_names

    union

    select owner_account_id as account_id
    from commitments
    where owner_account_id is not null
),

-- A row for the account itself comes before one for its group.
ranked as (
    select
        n.account_id,
        c.customer,
        rank() over (
            partition by n.account_id
            order by case when c.account_id is null then 1 else 0 end
        ) as choice
    from accounts as n
    left join registry as r
        on n.account_id = r.account_id
    inner join customer_accounts as c
        on
            (
                c.account_id = n.account_id
                or (
                    c.account_id is null
                    and c.account_group
                        = coalesce(r.account_group, n.account_id)
                )
            )
            and {{ in_force('c') }}
),

-- An account that several customers claim is nobody's until that is settled:
-- what it costs must not be on a wrong statement.
stg_account_customers as (
    select
        account_id,
        case when min(customer) = max(customer) then min(customer) end
            as customer,
        cast(count(distinct customer) as bigint) as customer_count
    from ranked
    where choice = 1
    group by account_id
)

select * from stg_account_customers
