{{ config(materialized='table') }}
select account_id, amount from {{ ref('extra') }}
