{{ config(materialized='table') }}

select region from {{ ref('stg_lines') }} group by region
