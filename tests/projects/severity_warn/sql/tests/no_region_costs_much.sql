{{ config(severity='warn') }}
select region, amount from {{ ref('stg_lines') }} where amount > 29 order by region
