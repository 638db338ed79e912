{{ config(materialized='table', schema='working') }}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
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

-- Lines are millions, kinds of usage a few thousand: all reading of usage
-- types happens on the kinds.
kinds as (
    select
        payer_account_id,
        service_code,
        usage_type,
        operation,
        region,
        max(normalization_factor) as cur_factor,
        min(
            case
                when role <> 'commitment_fee' and usage_end > usage_start then
                    {{ epoch_seconds('usage_end') }}
                    - {{ epoch_seconds('usage_start') }}
            end
        ) as shortest_seconds
    from line_items
    where role <> 'charge'
    group by
        payer_account_id,
        service_code,
        usage_type,
        operation,
        region
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

described as (
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
    from described
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
