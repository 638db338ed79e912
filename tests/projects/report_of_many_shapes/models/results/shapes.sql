{{ config(materialized='table') }}

select
    line_id,
    account_id,
    cast(started_at as timestamp(3)) as started_at,
    region,
    amount
from {{ ref('stg_lines') }}
