-- Two rows in force for one key would double its lines.
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

sizes as (
    select
        'all' as service_code,
        s.size as found_by
    from {{ ref('instance_size_factors') }} as s
    where {{ in_force('s') }}
),

families as (
    select
        f.service_code,
        f.family as found_by
    from {{ ref('fixed_size_families') }} as f
    where {{ in_force('f') }}
),

platforms as (
    select
        'AmazonEC2' as service_code,
        p.operation as found_by
    from {{ ref('ec2_platforms') }} as p
    where {{ in_force('p') }}
),

rows_in_force as (
    select
        'usage type' as kind,
        *
    from usage_types

    union all

    select
        'engine' as kind,
        *
    from engines

    union all

    select
        'size' as kind,
        *
    from sizes

    union all

    select
        'family' as kind,
        *
    from families

    union all

    select
        'platform' as kind,
        *
    from platforms
)

select
    kind,
    service_code,
    found_by,
    count(*) as row_count
from rows_in_force
group by
    kind,
    service_code,
    found_by
having count(*) > 1
