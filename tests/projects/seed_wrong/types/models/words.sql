select * from {{ ref('factors') }}
