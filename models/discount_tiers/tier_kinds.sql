{{ config(materialized='table', schema='working') }}

with

kinds as (
    select * from {{ ref('pool_usage_kinds') }}
),

tier_rules as (
    select * from {{ ref('tier_rules') }}
),

tier_rates as (
    select * from {{ ref('tier_rates') }}
),

priced_regions as (
    select
        r.tier_table,
        r.region,
        min(r.unit) as unit
    from tier_rates as r
    where {{ in_force('r') }}
    group by
        r.tier_table,
        r.region
),

-- First match wins; a rule without a table keeps its usage out of all groups.
-- CloudFront counts its tiers by edge location group, which stands before the
-- name; Route 53 counts them over the whole organisation.
-- https://aws.amazon.com/cloudfront/faqs/
-- https://aws.amazon.com/route53/pricing/
matched as (
    select
        k.payer_account_id,
        k.service_code,
        k.usage_type,
        k.operation,
        k.region,
        t.rule,
        t.tier_table,
        t.allowance,
        case
            when t.tables_by = 'prefix' and k.usage_type <> t.usage_name
                then substr(
                    k.usage_type,
                    1,
                    length(k.usage_type) - length(t.usage_name) - 1
                )
            when t.tables_by = 'prefix' then ''
            when t.tables_by = 'global' then 'global'
            else k.region
        end as table_region,
        row_number() over (
            partition by
                k.payer_account_id,
                k.service_code,
                k.usage_type,
                k.operation,
                k.region
            order by t.priority, t.rule
        ) as choice
    from kinds as k
    inner join tier_rules as t
        on
            (t.service_code is null or k.service_code = t.service_code)
            and {{ in_force('t') }}
            and (
                k.usage_type = t.usage_name
                or (
                    k.usage_type like '%-' || t.usage_name
                    and coalesce(t.tables_by, '') <> 'global'
                )
            )
),

-- A region without a table has no group yet.
tier_kinds as (
    select
        m.payer_account_id,
        m.service_code,
        m.usage_type,
        m.operation,
        m.region,
        m.rule,
        m.tier_table,
        m.tier_table || '/' || m.table_region as tier_group,
        m.allowance,
        p.unit
    from matched as m
    inner join priced_regions as p
        on
            m.tier_table = p.tier_table
            and m.table_region = p.region
    where m.choice = 1
)

select * from tier_kinds
