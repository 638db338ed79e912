{{ config(materialized='table') }}

select
    billing_period,
    account_id,
    cast(sum(amount) as decimal(28,10)) as amount
from {{ ref('stg_lines') }}
group by billing_period, account_id
