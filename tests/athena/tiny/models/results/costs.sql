{{ config(materialized='table', meta={'sort_by': ['payer_account_id']}) }}

select
    '{{ var("billing_period") }}' as billing_period,
    payer_account_id,
    factor,
    amount
from {{ ref('stg_sums') }}
