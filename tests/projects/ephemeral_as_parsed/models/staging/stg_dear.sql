{{ config(materialized='ephemeral') }}
select * from {{ ref('stg_lines') }} where amount > 15
