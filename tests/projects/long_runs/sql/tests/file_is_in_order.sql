-- One thread reads the file from its first row to its last.
with

numbered as (
    select
        c,
        place,
        row_number() over () as row_number
    from {{ ref('sums') }}
),

beside as (
    select
        *,
        lag(c) over (order by row_number) as c_before,
        lag(place) over (order by row_number) as place_before
    from numbered
)

select
    c,
    place
from beside
where c < c_before or (c = c_before and place <= place_before)
