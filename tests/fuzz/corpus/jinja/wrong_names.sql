select * from {{ ref('cost') }}
join {{ source('cur', 'lines') }}
{{ nothing }} {{ x.y }} {{ f() }}