with

kinds as (
    select * from {{ ref('pool_kinds') }}
),

instance_usage_types as (
    select * from {{ ref('instance_usage_types') }}
),

-- Only what a reservation can be bought for meets one; an EBSOptimized:c5.large
-- row bears an instance type and is none. The longest name counts, so that
-- IA-ReadCapacityUnit-Hrs is not taken for ReadCapacityUnit-Hrs.
matched as (
    select
        k.*,
        t.pool_prefix,
        t.tenancy,
        t.deployment,
        t.factor as deployment_factor,
        case
            when t.pool_prefix is null then null
            when t.usage_name like '%:%' then t.default_type
            else coalesce(
                nullif(split_part(k.usage_type, ':', 2), ''), t.default_type
            )
        end as named_type,
        row_number() over (
            partition by
                k.payer_account_id,
                k.service_code,
                k.usage_type,
                k.operation,
                k.region
            order by length(t.usage_name) desc, t.usage_name
        ) as choice
    from kinds as k
    left join instance_usage_types as t
        on
            k.service_code = t.service_code
            and {{ in_force('t') }}
            and (
                split_part(k.usage_type, ':', 1) = t.usage_name
                or split_part(k.usage_type, ':', 1)
                like '%-' || t.usage_name
                or k.usage_type = t.usage_name
                or k.usage_type like '%-' || t.usage_name
            )
),

-- Reports shorten db.r6g.2xlarge to db.r6g.2xl, and call one search node
-- r5.large, r5.large.search or r5.large.elasticsearch.
spelled as (
    select
        *,
        replace(replace(replace(
            named_type || '.', 'xl.', 'xlarge.'
        ), '.elasticsearch.', '.'), '.search.', '.') as dotted_type,
        named_type like 'db.%' or named_type like 'cache.%' as is_prefixed
    from matched
    where choice = 1
),

pool_instances as (
    select
        payer_account_id,
        service_code,
        usage_type,
        operation,
        region,
        cur_factor,
        shortest_seconds,
        pool_prefix,
        tenancy,
        deployment,
        deployment_factor,
        substr(dotted_type, 1, length(dotted_type) - 1) as instance_type,
        case
            when is_prefixed then split_part(dotted_type, '.', 2)
            else split_part(dotted_type, '.', 1)
        end as family,
        case
            when not is_prefixed then split_part(dotted_type, '.', 2)
            when split_part(dotted_type, '.', 4) = ''
                then split_part(dotted_type, '.', 3)
        end as size
    from spelled
)

select * from pool_instances
