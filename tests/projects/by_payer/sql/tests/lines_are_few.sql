select count(*) as lines from {{ ref('stg_lines') }} having count(*) > {{ var('lines') }}
