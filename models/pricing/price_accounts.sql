with

costs as (
    select * from {{ ref('price_costs') }}
),

items as (
    select * from {{ ref('custom_line_items') }}
),

plans as (
    select * from {{ ref('price_plans') }}
),

registry as (
    select * from {{ ref('stg_accounts') }}
),

-- A customer without usage may still have an item of its own.
customers as (
    select
        payer_account_id,
        account_id
    from costs

    union all

    select
        i.payer_account_id,
        i.account_id
    from items as i
    where
        i.kind = 'flat'
        and {{ in_force('i') }}
),

accounts as (
    select
        c.payer_account_id,
        c.account_id,
        r.account_group
    from customers as c
    left join registry as r
        on c.account_id = r.account_id
    group by
        c.payer_account_id,
        c.account_id,
        r.account_group
),

-- A plan of the account's own comes before that of its group, and that before
-- the plan of everybody, which is not for the account of margins.
ranked as (
    select
        a.payer_account_id,
        a.account_id,
        p.price_plan,
        p.tax_percentage,
        p.invoice_currency_code,
        row_number() over (
            partition by
                a.payer_account_id,
                a.account_id
            order by
                p.account_id,
                p.account_group,
                p.valid_from desc,
                p.price_plan
        ) as choice
    from accounts as a
    inner join plans as p
        on
            (p.account_id is null or p.account_id = a.account_id)
            and (
                p.account_group is null
                or p.account_group = a.account_group
            )
            and {{ in_force('p') }}
            and (
                p.account_id is not null
                or a.account_id <> '{{ var("margin_account") }}'
            )
),

price_accounts as (
    select
        payer_account_id,
        account_id,
        price_plan,
        coalesce(tax_percentage, {{ zero() }}) as tax_percentage,
        invoice_currency_code
    from ranked
    where choice = 1
)

select * from price_accounts
