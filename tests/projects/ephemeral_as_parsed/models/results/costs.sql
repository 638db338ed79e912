{{ config(materialized='table') }}
-- not tiny.stg_dear
select {{ ref('stg_dear') }}.account_id, 'tiny.stg_dear' as name, {{ ref('stg_dear') }}.amount from {{ ref('stg_dear') }}
