select * from {{ source('published', 'costs') }}
