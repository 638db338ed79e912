-- Accounts: who would pay more or less, and mostly because of what
with

sides as (
    {{- before_and_after('account_costs', [
        'account_id', 'account_name', 'currency_code', 'category',
        'service_code', 'service_name', 'real_cost'
    ]) }}
),

{{ comparable(['currency_code', 'real_cost']) }},

-- What an account is called by this run, or was if it is gone; one without a
-- name is named by its id, which stands there anyway.
accounts as (
    select
        account_id,
        currency_code,
        nullif(
            coalesce(
                max(case when is_after then account_name end),
                max(account_name)
            ),
            account_id
        ) as account_name,
        {{ sum_before('real_cost') }} as cost_before,
        {{ sum_after('real_cost') }} as cost_after,
        {{ change_of('real_cost') }} as difference
    from sides
    group by
        account_id,
        currency_code
),

{{ largest_first(
    'accounts', 'account_id', 'all accounts',
    comes_to_a_cent('s.difference'), 'difference',
    ['cost_before', 'cost_after', 'difference']
) }},

moves as (
    select
        account_id,
        currency_code,
        category,
        service_code,
        max(service_name) as service_name,
        {{ change_of('real_cost') }} as moved
    from sides
    group by
        account_id,
        currency_code,
        category,
        service_code
),

-- What moved most in the direction of the account: what it saved elsewhere is
-- no reason to pay more.
reasons as (
    select
        m.account_id,
        m.currency_code,
        m.category,
        coalesce(m.service_name, m.service_code) as service,
        row_number() over (
            partition by m.account_id, m.currency_code
            order by
                case
                    when c.difference > {{ zero() }} then m.moved
                    else -m.moved
                end desc,
                m.category,
                m.service_code
        ) as place
    from moves as m
    inner join changed as c
        on
            m.account_id = c.account_id
            and m.currency_code = c.currency_code
)

select
    t.account_id as account,
    coalesce(substr(a.account_name, 1, 32), '') as name,
    cast(t.cost_before as decimal(18, 2)) as "before",
    cast(t.cost_after as decimal(18, 2)) as "after",
    cast(t.difference as decimal(18, 2)) as difference,
    -- Of less than a cent there is no percentage worth the name.
    case
        when {{ comes_to_a_cent('t.cost_before') }} then
            cast(
                {{ mul_div('t.difference', amount(100), 'abs(t.cost_before)') }}
                as decimal(18, 1)
            )
    end as percent,
    coalesce(r.category || ', ' || substr(r.service, 1, 40), '')
        as mostly_because_of,
    t.currency_code as currency
from rows_and_total as t
left join accounts as a
    on
        t.account_id = a.account_id
        and t.currency_code = a.currency_code
left join reasons as r
    on
        t.account_id = r.account_id
        and t.currency_code = r.currency_code
        and r.place = 1
order by
    t.currency_code,
    t.position,
    t.place
