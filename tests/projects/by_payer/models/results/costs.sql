{{ config(materialized='table', meta={'sort_by': ['payer_account_id']}) }}

select
    '{{ var("billing_period") }}' as billing_period,
    payer_account_id,
    cast(sum(amount) as decimal(28,10)) as amount,
    count(*) as "Lines"
from {{ ref('stg_lines') }}
group by payer_account_id
