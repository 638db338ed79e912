-- Two rows in force for one usage type or operation would double its lines.
with

usage_types as (
    select
        t.service_code,
        t.usage_name as found_by
    from {{ ref('instance_usage_types') }} as t
    where {{ in_force('t') }}
),

engines as (
    select
        e.service_code,
        e.operation as found_by
    from {{ ref('reserved_engines') }} as e
    where {{ in_force('e') }}
),

rows_in_force as (
    select * from usage_types

    union all

    select * from engines
)

select
    service_code,
    found_by,
    count(*) as row_count
from rows_in_force
group by
    service_code,
    found_by
having count(*) > 1
