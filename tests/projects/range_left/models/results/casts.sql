{{ config(materialized='table') }}

select cast(amount * 1000000000000 as decimal(12,2)) as amount
from {{ ref('stg_lines') }}
