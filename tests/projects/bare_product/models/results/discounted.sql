{{ config(materialized='table') }}

select
    account_id,
    cast(amount * (1 - 0.05) as decimal(28,10)) as amount
from {{ ref('stg_lines') }}
