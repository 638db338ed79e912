{{ config(materialized='table', enabled=false) }}
select account_id, amount from {{ ref('costs') }}
