select line_id from {{ ref('stg_dear') }}
