{{ config(materialized='table', meta={'sort_by': ['account_id']}) }}

select
    account_id,
    mul_div(amount, 1, {{ var('factor') }}) as amount
from {{ ref('costs') }}
