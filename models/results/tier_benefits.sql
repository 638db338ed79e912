{{ config(materialized='table') }}

with

account_costs as (
    select * from {{ ref('tier_account_costs') }}
),

tier_benefits as (
    select
        '{{ var("billing_period") }}' as billing_period,
        tier_group,
        account_id,
        usage_amount as usage,
        unit,
        free_usage,
        standalone_cost,
        base_cost,
        real_cost,
        {{ amount('standalone_cost - real_cost') }} as saving
    from account_costs
)

select * from tier_benefits
