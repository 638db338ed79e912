{{ config(materialized='table') }}

select mul_div(mul_div(amount, 100000, 1), 1000000000000000, 0.1) as amount
from {{ ref('stg_lines') }}
