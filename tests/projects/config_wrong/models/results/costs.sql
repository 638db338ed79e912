{{ config(materialized='table', meta={'sort_by': ['acount_id']}) }}

select account_id from {{ ref('stg_lines') }}
