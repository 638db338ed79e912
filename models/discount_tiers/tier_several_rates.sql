with

matches as (
    select * from {{ ref('tier_line_matches') }}
),

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

summed as (
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        min(rate) as least_rate,
        max(rate) as largest_rate,
        {{ sum_amount('base_cost') }} as base_cost
    from matches
    where
        role = 'usage'
        and pool_key is null
        and tier_group is null
        and usage_type not like '%SpotUsage%'
    group by
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group
),

-- One SKU at several rates is priced in tiers, or partly free. Spot rates
-- change by the hour and are neither.
tier_several_rates as (
    select
        s.payer_account_id,
        s.currency_code,
        g.sku,
        min(s.service_code) as service_code,
        min(g.usage_type) as usage_type,
        {{ sum_amount('s.base_cost') }} as base_cost
    from summed as s
    inner join line_groups as g
        on
            {{ is_group_of('g', 's') }}
    where g.sku is not null
    group by
        s.payer_account_id,
        s.currency_code,
        g.sku
    having
        min(s.least_rate) <> max(s.largest_rate)
        and sum(s.base_cost) <> {{ zero() }}
)

select * from tier_several_rates
