{{ log('costs are rendered', info=true) }}
{% do log('nobody hears this') %}
{% set words = ['a', 'b'] %}
select
    {% if is_incremental() %}'grows'{% else %}'whole'{% endif %} as kind,
    '{{ this }}' as own_name,
    '{{ this.name }}' as name,
    '{{ target.schema }}' as schema_name,
    '{{ env_var("APPORTION_NO_SUCH_VARIABLE", "none") }}' as variable,
    '{{ words | join("-") }}' as words,
    {{ outer('a') }} as nested,
    '{% call around('before') %}{{ words[0] }}{% endcall %}' as called
from {{ ref('stg_lines') }}
