select * from {{ ref('words') }} where one > 1
