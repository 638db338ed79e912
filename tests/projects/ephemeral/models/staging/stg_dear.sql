{{ config(materialized='ephemeral') }}
-- lines of more than 15
select * from {{ ref('stg_lines') }} where amount > 15
