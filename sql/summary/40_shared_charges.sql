-- Shared charges: what left the account that AWS billed, and who bears it
with

charges as (
    select
        rule,
        service_code,
        currency_code,
        count(distinct account_id) as billed_accounts,
        min(account_id) as billed_account,
        sum(base_cost) as amount
    from {{ ref('charge_line_items') }}
    where is_shared
    group by
        rule,
        service_code,
        currency_code
),

bearers as (
    select
        rule,
        service_code,
        currency_code,
        account_id,
        sum(real_cost) as amount
    from {{ ref('charge_entries') }}
    group by
        rule,
        service_code,
        currency_code,
        account_id
),

ranked as (
    select
        *,
        count(*) over (
            partition by rule, service_code, currency_code
        ) as bearers,
        row_number() over (
            partition by rule, service_code, currency_code
            order by abs(amount) desc, account_id
        ) as place
    from bearers
)

select
    c.rule,
    c.service_code as service,
    case
        when c.billed_accounts = 1
            then coalesce(substr(p.account_name, 1, 20), c.billed_account)
        else cast(c.billed_accounts as varchar) || ' accounts'
    end as billed_to,
    cast(c.amount as decimal(18, 2)) as amount,
    b.bearers,
    coalesce(substr(r.account_name, 1, 20), b.account_id) as bears_most,
    cast(b.amount as decimal(18, 2)) as its_part,
    c.currency_code as currency
from charges as c
left join ranked as b
    on
        c.rule = b.rule
        and c.service_code = b.service_code
        and c.currency_code = b.currency_code
        and b.place = 1
left join {{ ref('stg_accounts') }} as p
    on c.billed_account = p.account_id
left join {{ ref('stg_accounts') }} as r
    on b.account_id = r.account_id
order by
    c.currency_code,
    c.rule,
    c.service_code
