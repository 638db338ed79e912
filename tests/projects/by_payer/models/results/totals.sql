{{ config(materialized='table') }}

select
    '{{ var("billing_period") }}' as billing_period,
    count(*) as payers
from {{ ref('costs') }}
