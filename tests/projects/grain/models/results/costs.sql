{{ config(materialized='table', meta={'grain': ['account_id']}) }}

select account_id, amount from {{ ref('stg_lines') }}
