-- what is said
{{
    config(
        materialized='table',
        enabled=false
    )
}}
select 1 as one
