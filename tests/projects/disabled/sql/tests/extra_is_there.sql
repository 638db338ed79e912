select * from {{ ref('extra') }} where amount is null
