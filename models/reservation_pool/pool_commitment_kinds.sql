{{ config(materialized='table', schema='working') }}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

summed as (
    select
        payer_account_id,
        currency_code,
        commitment_arn,
        owner_account_id,
        role,
        line_item_type,
        service_code,
        usage_type,
        operation,
        region,
        offering_type,
        plan_region,
        plan_family,
        {{ sum_amount('usage_amount') }} as usage_amount,
        {{ sum_amount('amortized_cost') }} as amortized_cost,
        {{ sum_amount(
            'case when account_id <> owner_account_id '
            ~ "and role = 'covered' then amortized_cost else " ~ zero()
            ~ ' end'
        ) }} as amortized_cost_of_others
    from line_items
    where commitment_arn is not null
    group by
        payer_account_id,
        currency_code,
        commitment_arn,
        owner_account_id,
        role,
        line_item_type,
        service_code,
        usage_type,
        operation,
        region,
        offering_type,
        plan_region,
        plan_family
),

-- What the report shows under each ARN: a few kinds of usage and of fees.
pool_commitment_kinds as (
    select
        *,
        line_item_type like 'SavingsPlan%'
        or offering_type is not null
        or commitment_arn like '%:savingsplan/%' as is_plan
    from summed
)

select * from pool_commitment_kinds
