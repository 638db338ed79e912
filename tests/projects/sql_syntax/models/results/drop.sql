drop table {{ ref('costs') }}
