{{ config(materialized='table', schema='working') }}

with

instance_kinds as (
    select * from {{ ref('pool_instance_kinds') }}
),

-- https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html
ruled as (
    select
        *,
        case
            when instance_type is null then null
            when
                platform = 'linux'
                and tenancy = 'shared'
                and not is_fixed_size
                and size_factor is not null
                then 'ec2_size_flexible'
            else 'ec2_instance_type'
        end as rule
    from instance_kinds
),

pool_usage_kinds as (
    select
        payer_account_id,
        service_code,
        usage_type,
        operation,
        region,
        instance_type,
        family,
        rule,
        case
            when rule = 'ec2_size_flexible'
                then 'ec2/' || region || '/' || family
            when rule = 'ec2_instance_type' then
                'ec2/' || region || '/' || instance_type
                || '/' || platform || '/' || tenancy
        end as pool_key,
        case
            when rule = 'ec2_size_flexible' then 'normalized hours'
            when rule = 'ec2_instance_type' then 'hours'
        end as unit,
        case
            when rule = 'ec2_size_flexible' then {{ amount('size_factor') }}
            when rule = 'ec2_instance_type' then {{ amount(1) }}
        end as units_per_usage,
        cast(shortest_seconds as bigint) as shortest_seconds
    from ruled
)

select * from pool_usage_kinds
