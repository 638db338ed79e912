-- Shared charges: what left the account that AWS billed, and who bears it
with

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

charges as (
    select
        rule,
        service_code,
        currency_code,
        sum(amount) as amount
    from bearers
    group by
        rule,
        service_code,
        currency_code
),

billed as (
    select
        rule,
        service_code,
        count(distinct account_id) as billed_accounts,
        min(account_id) as billed_account
    from {{ ref('line_item_costs') }}
    where
        category <> 'shared'
        and base_cost <> {{ zero() }}
        and real_cost = {{ zero() }}
        and rule in (select rule from charges)
    group by
        rule,
        service_code
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
        when l.billed_accounts = 1
            then coalesce(substr(p.account_name, 1, 20), l.billed_account)
        else cast(l.billed_accounts as varchar) || ' accounts'
    end as billed_to,
    cast(c.amount as decimal(18, 2)) as amount,
    b.bearers,
    coalesce(substr(r.account_name, 1, 20), b.account_id) as bears_most,
    cast(b.amount as decimal(18, 2)) as its_part,
    c.currency_code as currency
from charges as c
left join billed as l
    on
        c.rule = l.rule
        and c.service_code = l.service_code
left join ranked as b
    on
        c.rule = b.rule
        and c.service_code = b.service_code
        and c.currency_code = b.currency_code
        and b.place = 1
left join {{ ref('stg_account_names') }} as p
    on l.billed_account = p.account_id
left join {{ ref('stg_account_names') }} as r
    on b.account_id = r.account_id
order by
    c.currency_code,
    c.rule,
    c.service_code
