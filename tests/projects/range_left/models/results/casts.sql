{{ config(materialized='table') }}

select cast(mul_div(amount, 1000000000000, 1) as decimal(12,2)) as amount
from {{ ref('stg_lines') }}
