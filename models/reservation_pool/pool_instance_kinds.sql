with

instances as (
    select * from {{ ref('pool_instances') }}
),

platforms as (
    select * from {{ ref('ec2_platforms') }}
),

engines as (
    select * from {{ ref('reserved_engines') }}
),

fixed_size_families as (
    select * from {{ ref('fixed_size_families') }}
),

size_factors as (
    select * from {{ ref('instance_size_factors') }}
),

-- Sizes with a suffix (db.r5.2xlarge.tpc2.mem2x) have factors of their own,
-- which only the report knows.
seeded as (
    select
        i.*,
        coalesce(p.platform, i.operation) as platform,
        coalesce(e.engine, i.operation) as engine,
        coalesce(e.licence, 'unknown') as licence,
        e.also_covered_by,
        coalesce(e.is_size_flexible, false) as is_flexible_engine,
        f.family is not null as is_fixed_size,
        s.factor as single_factor,
        {{ product(
            product(
                's.factor', 'coalesce(i.deployment_factor, ' ~ amount(1) ~ ')'
            ),
            'coalesce(e.factor, ' ~ amount(1) ~ ')'
        ) }} as seeded_factor
    from instances as i
    left join platforms as p
        on i.operation = p.operation and {{ in_force('p') }}
    left join engines as e
        on
            i.service_code = e.service_code
            and i.operation = e.operation
            and {{ in_force('e') }}
    left join fixed_size_families as f
        on
            i.service_code = f.service_code
            and i.family = f.family
            and {{ in_force('f') }}
    left join size_factors as s
        on i.size = s.size and {{ in_force('s') }}
),

-- HeavyUsage, on fee rows, does not tell the deployment; the report's factor
-- does, since it is doubled for Multi-AZ.
-- https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithReservedDBInstances.html
pool_instance_kinds as (
    select
        payer_account_id,
        service_code,
        usage_type,
        operation,
        region,
        shortest_seconds,
        pool_prefix,
        tenancy,
        instance_type,
        family,
        platform,
        engine,
        also_covered_by,
        licence,
        case
            when deployment is not null then deployment
            when cur_factor >= {{ product('single_factor', 3) }} then 'multi-az-cluster'
            when cur_factor >= {{ product('single_factor', 2) }} then 'multi-az'
            else 'single-az'
        end as deployment,
        coalesce(
            nullif(cur_factor, {{ zero() }}), seeded_factor
        ) as size_factor,
        is_flexible_engine,
        is_fixed_size
    from seeded
)

select * from pool_instance_kinds
