{{ config(materialized='table', meta={'sort_by': ['a', 'b', 'c']}) }}

with

numbers as (
    select unnest(range(0, 100000)) as n
),

-- Groups are longer than a batch, and their ends lie anywhere in one. So are
-- rows alike in the first four columns of the order.
grouped as (
    select
        cast(n / 30001 as bigint) as group_number,
        (n * 70001) % 100000 as n,
        cast((n * 70001) % 100000 % 7 + 1 as decimal(28, 10)) as amount
    from numbers
),

sums as (
    select
        '{{ var("billing_period") }}' as billing_period,
        case when n < 0 then '' else 'a' end as a,
        case when n < 0 then '' else 'b' end as b,
        group_number as c,
        case when n < 0 then '' else 'd' end as d,
        100000 - n as place,
        n,
        amount,
        cast(sum(amount) over (
            partition by group_number
            order by n
            rows between unbounded preceding and current row
        ) as decimal(28, 10)) as running,
        cast(sum(amount) over (partition by group_number) as decimal(28, 10))
            as total,
        case when n < 0 then '' else 'e' end as e
    from grouped
)

select * from sums
