-- Rows: how many of every table would be others
with

{{ counted_rows(result_tables(), by_grain=true) }},

tables as (
    {%- for table in result_tables() %}
    select
        {{ loop.index }} as number,
        '{{ table.name }}' as name,
        {{ 'true' if table.grain else 'false' }} as has_grain
    {{- '\n\n    union all\n' if not loop.last }}
    {%- endfor %}
),

-- Of a grain there is one row on each side: the same one, or another. Rows of a
-- table without a grain count by themselves.
compared as (
    select
        number,
        {{ sum_count(smaller_of('rows_before', 'rows_after')) }} as same,
        {{ sum_count(
            larger_of('rows_before - rows_after', '0')
        ) }} as only_before,
        {{ sum_count(
            larger_of('rows_after - rows_before', '0')
        ) }} as only_after
    from counted_rows
    group by
        number,
        grain
),

sums as (
    select
        t.name,
        t.has_grain,
        {{ sum_count('c.same') }} as same,
        {{ sum_count(
            'case when t.has_grain then '
            ~ smaller_of('c.only_before', 'c.only_after') ~ ' else 0 end'
        ) }} as changed,
        {{ sum_count('c.only_before') }} as only_before,
        {{ sum_count('c.only_after') }} as only_after
    from compared as c
    inner join tables as t
        on c.number = t.number
    group by
        t.name,
        t.has_grain
)

select
    name as "table",
    same,
    case when has_grain then changed end as changed,
    only_before - changed as gone,
    only_after - changed as "new"
from sums
where
    only_before > 0
    or only_after > 0
order by name
