select line_id, amount from {{ ref('stg_lines') }} where amount > {{ var('most_of_line') }}
