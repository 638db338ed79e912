with

added as (
    select
        c,
        n,
        amount,
        running,
        total,
        running - coalesce(lag(running) over (partition by c order by n), 0)
            as last,
        max(running) over (partition by c) as largest
    from {{ ref('sums') }}
),

totals as (
    select
        c,
        count(*) as row_count,
        sum(amount) as total
    from {{ ref('sums') }}
    group by c
)

select
    a.c,
    a.n
from added as a
inner join totals as t
    on a.c = t.c
where
    a.last <> a.amount
    or a.total <> t.total
    or a.largest <> t.total
    or t.row_count not in (30001, 9997)
