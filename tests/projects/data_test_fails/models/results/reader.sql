{{ config(materialized='table') }}

select account_id from {{ ref('costs') }}
