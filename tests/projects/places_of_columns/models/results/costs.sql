{{ config(materialized='table') }}
-- the billing_period and the amount of each account
select
    account_id,
    cast(sum(amount) as decimal(28,10)) as amount, '{{ var("billing_period") }}' as billing_period
from {{ ref('stg_lines') }}
group by account_id
