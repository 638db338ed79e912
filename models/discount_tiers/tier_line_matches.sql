with

pool_matches as (
    select * from {{ ref('pool_line_matches') }}
),

kinds as (
    select * from {{ ref('tier_kinds') }}
),

-- A line that is in a pool is in no tier group.
tier_line_matches as (
    select
        m.*,
        case
            when m.role = 'usage' and not m.is_open then k.tier_group
        end as tier_group,
        k.rule as tier_rule
    from pool_matches as m
    left join kinds as k
        on
            m.payer_account_id = k.payer_account_id
            and m.service_code = k.service_code
            and m.usage_type = k.usage_type
            and m.operation = k.operation
            and m.region = k.region
)

select * from tier_line_matches
