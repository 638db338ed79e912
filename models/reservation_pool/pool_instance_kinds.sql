with

kinds as (
    select * from {{ ref('pool_kinds') }}
),

instance_usage_types as (
    select * from {{ ref('instance_usage_types') }}
),

platforms as (
    select * from {{ ref('ec2_platforms') }}
),

fixed_size_families as (
    select * from {{ ref('fixed_size_families') }}
),

size_factors as (
    select * from {{ ref('instance_size_factors') }}
),

-- Only instance-hours can meet a reservation; an EBSOptimized:c5.large row
-- bears an instance type and is none. A BoxUsage without type is an m1.small.
instances as (
    select
        k.*,
        t.tenancy,
        case
            when t.tenancy is not null then coalesce(
                nullif(split_part(k.usage_type, ':', 2), ''), 'm1.small'
            )
        end as instance_type
    from kinds as k
    left join instance_usage_types as t
        on
            k.service_code = t.service_code
            and {{ in_force('t') }}
            and (
                split_part(k.usage_type, ':', 1) = t.usage_name
                or split_part(k.usage_type, ':', 1)
                like '%-' || t.usage_name
            )
),

pool_instance_kinds as (
    select
        i.*,
        split_part(i.instance_type, '.', 1) as family,
        coalesce(p.platform, i.operation) as platform,
        coalesce(
            nullif(i.cur_factor, {{ zero() }}), s.factor
        ) as size_factor,
        f.family is not null as is_fixed_size
    from instances as i
    left join platforms as p
        on i.operation = p.operation and {{ in_force('p') }}
    left join fixed_size_families as f
        on
            i.service_code = f.service_code
            and split_part(i.instance_type, '.', 1) = f.family
            and {{ in_force('f') }}
    left join size_factors as s
        on
            split_part(i.instance_type, '.', 2) = s.size
            and {{ in_force('s') }}
)

select * from pool_instance_kinds
