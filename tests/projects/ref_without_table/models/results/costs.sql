-- reads {{ ref('stg_lines') }}
select 1 as amount
