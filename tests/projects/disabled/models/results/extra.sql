{{ config(materialized='table', enabled=var('slow')) }}
select account_id, amount from {{ ref('costs') }}
