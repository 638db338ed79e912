{{ config(materialized='table') }}

select '2024-02' as billing_period, account_id from {{ ref('stg_lines') }}
