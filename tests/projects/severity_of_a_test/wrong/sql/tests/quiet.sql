{{ config(severity='quiet') }}
select * from {{ ref('words') }} where one = 2
