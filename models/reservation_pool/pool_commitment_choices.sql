with

commitment_kinds as (
    select * from {{ ref('pool_commitment_kinds') }}
),

kinds as (
    select * from {{ ref('pool_usage_kinds') }}
),

-- One row tells all of a reservation: what it covered knows its tenancy and
-- deployment better than its fee row does, but a cache's reservation may have
-- covered another engine than its own, and one that covered Redis is of Redis.
-- https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.Reserved.html
pool_commitment_choices as (
    select
        c.*,
        k.pool_key,
        k.unit,
        k.rule,
        k.family,
        cast(row_number() over (
            partition by
                c.payer_account_id, c.currency_code, c.commitment_arn
            order by
                case when k.pool_key is null then 1 else 0 end,
                case
                    when c.role <> 'covered' and c.line_item_type <> 'RIFee'
                        then 2
                    when k.pool_prefix in ('elasticache', 'memorydb')
                        and c.role = 'covered'
                        then 1
                    when k.pool_prefix in ('elasticache', 'memorydb') then 0
                    when c.role = 'covered' then 0
                    else 1
                end,
                case when k.other_pool_key is null then 0 else 1 end,
                case when k.unit = 'normalized hours' then 0 else 1 end,
                c.usage_amount desc,
                k.pool_key,
                c.service_code,
                c.usage_type,
                c.operation,
                c.region,
                c.line_item_type,
                c.owner_account_id
        ) as bigint) as choice
    from commitment_kinds as c
    left join kinds as k
        on
            c.payer_account_id = k.payer_account_id
            and c.service_code = k.service_code
            and c.usage_type = k.usage_type
            and c.operation = k.operation
            and c.region = k.region
)

select * from pool_commitment_choices
