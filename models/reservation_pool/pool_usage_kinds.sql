{{ config(materialized='table', schema='working') }}

with

instance_kinds as (
    select * from {{ ref('pool_instance_kinds') }}
),

-- https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html
-- https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithReservedDBInstances.html
-- https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.Reserved.html
ruled as (
    select
        *,
        case
            when instance_type is null then null
            when
                pool_prefix = 'ec2'
                and platform = 'linux'
                and tenancy = 'shared'
                and not is_fixed_size
                and size_factor is not null
                then 'ec2_size_flexible'
            when
                is_flexible_engine
                and not is_fixed_size
                and size_factor is not null
                then pool_prefix || '_size_flexible'
            when pool_prefix in ('ec2', 'rds')
                then pool_prefix || '_instance_type'
            when pool_prefix = 'dynamodb' then 'dynamodb_capacity'
            else pool_prefix || '_node_type'
        end as rule
    from instance_kinds
),

-- Everything of the key but the engine at its end.
located as (
    select
        *,
        case
            when rule = 'ec2_size_flexible'
                then 'ec2/' || region || '/' || family
            when rule = 'ec2_instance_type' then
                'ec2/' || region || '/' || instance_type
                || '/' || platform || '/' || tenancy
            when rule = 'rds_size_flexible' then
                'rds/' || region || '/' || family
                || '/' || engine || '/' || licence
            when rule = 'rds_instance_type' then
                'rds/' || region || '/' || instance_type
                || '/' || engine || '/' || licence || '/' || deployment
            when rule = 'dynamodb_capacity' then
                'dynamodb/' || region
                || '/' || split_part(instance_type, '.', 2)
            when pool_prefix in ('elasticache', 'memorydb')
                and rule like '%_size_flexible'
                then pool_prefix || '/' || region || '/' || family || '/'
            when pool_prefix in ('elasticache', 'memorydb') then
                pool_prefix || '/' || region || '/' || instance_type || '/'
            when rule is not null
                then pool_prefix || '/' || region || '/' || instance_type
        end as place
    from ruled
),

pool_usage_kinds as (
    select
        payer_account_id,
        service_code,
        usage_type,
        operation,
        region,
        pool_prefix,
        instance_type,
        family,
        rule,
        case
            when pool_prefix in ('elasticache', 'memorydb')
                then place || engine
            else place
        end as pool_key,
        case
            when pool_prefix in ('elasticache', 'memorydb')
                then place || also_covered_by
        end as other_pool_key,
        case
            when rule like '%_size_flexible' then 'normalized hours'
            when rule = 'dynamodb_capacity' then 'capacity unit hours'
            when rule is not null then 'hours'
        end as unit,
        case
            when rule like '%_size_flexible' then {{ amount('size_factor') }}
            when rule is not null then {{ amount(1) }}
        end as units_per_usage,
        {{ amount('coalesce(size_factor, ' ~ amount(1) ~ ')') }}
            as size_factor,
        cast(shortest_seconds as bigint) as shortest_seconds
    from located
)

select * from pool_usage_kinds
