select
    cast({{ var('rate') }} as decimal(38,10)) as rate,
    {{ var('small') }} as small,
    '{{ var('whole') }}' as whole,
    {{ var('third') }} as third,
    amount
from {{ ref('given') }}
