-- Changes: what accounts really cost by this run, and as published before
with

both as (
    {{ costs_before_and_after() }}
),

-- What a version published that did not know these columns is no sum of them.
comparable as (
    select count(*) = 0 as is_comparable
    from both
    where
        cost_before is null
        or currency_code is null
),

accounts as (
    select
        account_id,
        currency_code,
        sum(cost_before) as cost_before,
        sum(cost_after) as cost_after,
        cast(sum(cost_after - cost_before) as decimal(18, 2)) as difference
    from both
    group by
        account_id,
        currency_code
),

-- Another order of the rows moves the last of ten digits; what does not come
-- to a cent is no change.
changed as (
    select a.*
    from accounts as a
    inner join comparable as c
        on c.is_comparable
    where a.difference <> 0
),

ranked as (
    select
        *,
        row_number() over (
            partition by currency_code
            order by abs(difference) desc, account_id
        ) as place,
        count(*) over (partition by currency_code) as accounts
    from changed
),

-- Up to 20 accounts are all named, of more those that changed most. The last
-- line is the month, with the accounts that stay as they were.
rows_and_total as (
    select
        1 as position,
        account_id,
        currency_code,
        cost_before,
        cost_after,
        difference
    from ranked
    where accounts <= 20 or place <= 18

    union all

    select
        2 as position,
        cast(count(*) as varchar) || ' others' as account_id,
        currency_code,
        sum(cost_before) as cost_before,
        sum(cost_after) as cost_after,
        cast(
            sum(cost_after) - sum(cost_before) as decimal(18, 2)
        ) as difference
    from ranked
    where accounts > 20 and place > 18
    group by currency_code

    union all

    select
        3 as position,
        'all accounts' as account_id,
        currency_code,
        sum(cost_before) as cost_before,
        sum(cost_after) as cost_after,
        cast(
            sum(cost_after) - sum(cost_before) as decimal(18, 2)
        ) as difference
    from accounts
    where currency_code in (select currency_code from changed)
    group by currency_code

    union all

    select
        4 as position,
        'not comparable' as account_id,
        a.currency_code,
        cast(null as decimal(28, 10)) as cost_before,
        sum(a.cost_after) as cost_after,
        cast(null as decimal(18, 2)) as difference
    from accounts as a
    inner join comparable as c
        on not c.is_comparable
    where a.currency_code is not null
    group by a.currency_code
)

select
    c.account_id as account,
    coalesce(substr(nullif(n.account_name, n.account_id), 1, 32), '') as name,
    cast(c.cost_before as decimal(18, 2)) as "before",
    cast(c.cost_after as decimal(18, 2)) as "after",
    c.difference,
    c.currency_code as currency
from rows_and_total as c
-- An account without a name is named by its id, which stands there anyway.
left join {{ ref('stg_account_names') }} as n
    on c.account_id = n.account_id
order by
    c.currency_code,
    c.position,
    abs(c.difference) desc,
    c.account_id
