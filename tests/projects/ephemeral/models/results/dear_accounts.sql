{{ config(materialized='ephemeral') }}

with

dear as (
    select * from {{ ref('stg_dear') }}
)

select account_id, sum(amount) as amount from dear group by account_id
