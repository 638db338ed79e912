with

matches as (
    select * from {{ ref('tier_line_matches') }}
),

-- One SKU at several rates is priced in tiers, or partly free. Spot rates
-- change by the hour and are neither.
tier_several_rates as (
    select
        payer_account_id,
        currency_code,
        sku,
        min(service_code) as service_code,
        min(usage_type) as usage_type,
        {{ sum_amount('base_cost') }} as base_cost
    from matches
    where
        role = 'usage'
        and pool_key is null
        and tier_group is null
        and sku is not null
        and usage_type not like '%SpotUsage%'
    group by
        payer_account_id,
        currency_code,
        sku
    having
        min(rate) <> max(rate)
        and sum(base_cost) <> {{ zero() }}
)

select * from tier_several_rates
