-- Sharing: what was lent in every circle, and who paid for it
with

-- The circles of all groups are one here, and so are those of all divisions.
circles as (
    select
        case
            when circle in ('organization', 'ungrouped', 'leakage') then circle
            else 'own ' || split_part(circle, ':', 1)
        end as circle,
        pool_key,
        account_id,
        kind,
        units,
        amount
    from {{ ref('transfers') }}
),

accounts as (
    select
        circle,
        pool_key,
        account_id,
        kind,
        sum(units) as units,
        sum(amount) as amount
    from circles
    group by
        circle,
        pool_key,
        account_id,
        kind
),

pools as (
    select
        circle,
        pool_key,
        sum(
            case when kind = 'borrowed' then amount else {{ zero() }} end
        ) as paid
    from accounts
    group by
        circle,
        pool_key
),

ranked as (
    select
        circle,
        pool_key,
        row_number() over (
            partition by circle
            order by paid desc, pool_key
        ) as place
    from pools
),

-- Three pools of a circle have rows of their own, with more than three circles
-- two, so that it all fits a screen.
shown as (
    select case when count(distinct circle) > 3 then 2 else 3 end as pools
    from pools
),

-- The dearest pools of a circle by name, the others in one row, whose units
-- are of several kinds and have no sum.
labelled as (
    select
        case
            when a.circle = 'own group' then 1
            when a.circle like 'own %' then 2
            when a.circle = 'organization' then 3
            when a.circle = 'ungrouped' then 4
            else 5
        end as circle_order,
        case when r.place <= s.pools then r.place else 4 end as place,
        a.circle,
        case when r.place <= s.pools then a.pool_key else 'other pools' end
            as pool,
        a.account_id,
        a.kind,
        case when r.place <= s.pools then a.units end as units,
        a.amount
    from accounts as a
    inner join ranked as r
        on
            a.circle = r.circle
            and a.pool_key = r.pool_key
    cross join shown as s

    union all

    select
        6 as circle_order,
        1 as place,
        'total' as circle,
        '' as pool,
        account_id,
        kind,
        null as units,
        amount
    from accounts
)

select
    circle,
    pool,
    count(
        distinct case when kind = 'lending_credit' then account_id end
    ) as lenders,
    count(distinct case when kind = 'borrowed' then account_id end)
        as borrowers,
    cast(
        sum(case when kind = 'borrowed' then units end) as decimal(18, 2)
    ) as units,
    cast(
        sum(case when kind = 'borrowed' then amount else {{ zero() }} end)
        as decimal(18, 2)
    ) as paid,
    cast(
        sum(case when kind = 'lending_credit' then -amount else {{ zero() }} end)
        as decimal(18, 2)
    ) as received,
    cast(
        sum(case when kind = 'margin' then -amount else {{ zero() }} end)
        as decimal(18, 2)
    ) as margin
from labelled
group by
    circle_order,
    circle,
    place,
    pool
order by
    circle_order,
    circle,
    place,
    pool
