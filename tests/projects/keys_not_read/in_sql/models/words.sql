-- what is said
{{
    config(
        materialized='table',
        pre_hook=false
    )
}}
select 1 as one
