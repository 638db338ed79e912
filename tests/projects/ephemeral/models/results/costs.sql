{{ config(materialized='table') }}

with

accounts as (
    select * from {{ ref('dear_accounts') }}
),

lines as (
    select * from {{ ref('stg_dear') }}
)

select a.account_id, a.amount, count(l.line_id) as line_count
from accounts as a
inner join lines as l
    on a.account_id = l.account_id
group by a.account_id, a.amount
