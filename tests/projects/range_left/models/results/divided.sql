{{ config(materialized='table') }}

select cast(amount % (amount - amount) as decimal(28,10)) as amount
from {{ ref('stg_lines') }}
