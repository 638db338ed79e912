{{ config(materialized='table') }}

select amount / (amount - amount) as amount
from {{ ref('stg_lines') }}
