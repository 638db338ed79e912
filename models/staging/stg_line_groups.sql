{{ config(materialized='table', schema='working') }}

{% set keys = 'payer_account_id, account_id, service_code' %}

with

descriptions as (
    select * from {{ ref('stg_line_descriptions') }}
),

stg_line_groups as (
    select
        payer_account_id,
        account_id,
        service_code,
        cast(row_number() over (
            partition by {{ keys }}
            order by
                resource_id, usage_type, operation, {{ description_names() }}
        ) as bigint) as line_group,
        cast(dense_rank() over (
            partition by payer_account_id, account_id
            order by resource_id, usage_type, operation
        ) as bigint) as line_order,
        fingerprint,
        {{ description_names() }}
    from descriptions
)

select * from stg_line_groups
