-- A mode that no row names would share nothing without a word; wanted circles
-- are exhausted in four rounds at most; and there is one that nobody wants.
with

circles as (
    select
        c.circle_order,
        c.is_wanted,
        c.mode
    from {{ ref('sharing_circles') }} as c
    where
        c.mode in ('*', '{{ var("sharing").mode }}')
        and {{ in_force('c') }}
),

counted as (
    select
        sum(case when mode <> '*' then 1 else 0 end) as rows_of_mode,
        sum(case when is_wanted then 0 else 1 end) as unwanted,
        max(case when is_wanted then circle_order else 0 end) as last_wanted,
        min(case when is_wanted then circle_order else 1 end) as first_wanted
    from circles
)

select *
from counted
where
    unwanted <> 1
    or last_wanted > 4
    or first_wanted < 1
    or (
        rows_of_mode = 0
        and '{{ var("sharing").mode }}' <> 'owner_only'
    )
