{{ config(severity='warn') }}

-- Services, units and types of lines that the seeds have no row for: they are
-- issued as Other, by AWS's own name, and as an adjustment.
with

charges as (
    select * from {{ ref('focus_cost_and_usage') }}
),

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

codes as (
    select
        'focus_services' as seed,
        x_service_code as code
    from charges
    where
        publisher_name = 'AWS'
        and service_subcategory = 'Other (Other)'

    union all

    select
        'focus_units' as seed,
        g.usage_unit as code
    from line_groups as g
    left join {{ ref('focus_units') }} as u
        on g.usage_unit = u.usage_unit
    where
        g.usage_unit <> ''
        and u.usage_unit is null

    union all

    select
        'focus_charge_kinds' as seed,
        g.line_item_type as code
    from line_groups as g
    left join {{ ref('focus_charge_kinds') }} as k
        on
            g.line_item_type = k.code
            and k.kind = 'line'
    where k.code is null
)

select
    c.seed,
    c.code,
    cast(count(*) as bigint) as rows_of_it
from codes as c
left join {{ ref('focus_services') }} as s
    on
        c.seed = 'focus_services'
        and c.code = s.service_code
where s.service_code is null
group by
    c.seed,
    c.code
