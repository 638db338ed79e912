{#- Rows of a result table as published before (`is_after` is false) and as this
    run makes them. Questions of a plan alone may call it. -#}
{% macro before_and_after(table, columns) -%}
{%- for relation in [source('published', table), ref(table)] %}
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        {{ 'false' if loop.first else 'true' }} as is_after
    from {{ relation }}
    {{- '\n\n    union all\n' if not loop.last }}
{%- endfor %}
{%- endmacro %}

{% macro sum_before(value) -%}
{{ sum_amount(
    'case when is_after then ' ~ zero() ~ ' else ' ~ value ~ ' end'
) }}
{%- endmacro %}

{% macro sum_after(value) -%}
{{ sum_amount(
    'case when is_after then ' ~ value ~ ' else ' ~ zero() ~ ' end'
) }}
{%- endmacro %}

{% macro change_of(value) -%}
{{ sum_amount(
    'case when is_after then ' ~ value ~ ' else -' ~ value ~ ' end'
) }}
{%- endmacro %}

{#- Whether an amount comes to a cent: another order of rows moves the last of
    ten digits. -#}
{% macro comes_to_a_cent(value) -%}
cast({{ value }} as decimal(18, 2)) <> 0
{%- endmacro %}

{#- A CTE that tells whether `sides` can be compared: what a version published
    that did not know these columns is null, and no sum of them. -#}
{% macro comparable(columns) -%}
comparable as (
    select count(*) = 0 as is_comparable
    from sides
    where
        not is_after
        and (
            {%- for column in columns %}
            {{ 'or ' if not loop.first }}{{ column }} is null
            {%- endfor %}
        )
)
{%- endmacro %}

{#- CTEs that add up by `name` what every account has of it. Money that moves
    between accounts is no difference of their sum: `moved` is what some have
    more, or others less, whichever is larger. Reads `accounts`, makes
    `sums`. -#}
{% macro sums_of_accounts(name) -%}
parts as (
    select
        {{ name }},
        currency_code,
        {{ sum_amount('units_before') }} as units_before,
        {{ sum_amount('units_after') }} as units_after,
        {{ sum_amount('cost_before') }} as cost_before,
        {{ sum_amount('cost_after') }} as cost_after,
        {{ sum_amount(larger_of('moved', zero())) }} as more,
        {{ sum_amount(larger_of('-moved', zero())) }} as less
    from accounts
    group by
        {{ name }},
        currency_code
),

sums as (
    select
        {{ name }},
        currency_code,
        units_before,
        units_after,
        cost_before,
        cost_after,
        {{ larger_of('more', 'less') }} as moved
    from parts
)
{%- endmacro %}

{#- CTEs that name what changed most, in every currency: up to 20 are all named,
    of more those 18 that `by` says, and the others are one row. The last one is
    all of them, with those that stay as they were. Reads `source`, its rows
    that `is_changed` and `comparable`; makes `rows_and_total`. Of `numbers`
    there are sums, of `kinds`, which are of several units, none. -#}
{% macro largest_first(source, name, all, is_changed, by, numbers, kinds=[]) -%}
changed as (
    select s.*
    from {{ source }} as s
    inner join comparable as c
        on c.is_comparable
    where {{ is_changed }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by currency_code
            order by abs({{ by }}) desc, {{ name }}
        ) as place,
        count(*) over (partition by currency_code) as names
    from changed
),

rows_and_total as (
    select
        1 as position,
        place,
        {{ name }},
        {%- for column in kinds + numbers %}
        {{ column }},
        {%- endfor %}
        currency_code
    from ranked
    where names <= 20 or place <= 18

    union all

    select
        2 as position,
        0 as place,
        cast(count(*) as varchar) || ' others' as {{ name }},
        {%- for column in kinds %}
        cast(null as decimal(28, 10)) as {{ column }},
        {%- endfor %}
        {%- for column in numbers %}
        {{ sum_amount(column) }} as {{ column }},
        {%- endfor %}
        currency_code
    from ranked
    where names > 20 and place > 18
    group by currency_code

    union all

    select
        3 as position,
        0 as place,
        '{{ all }}' as {{ name }},
        {%- for column in kinds %}
        cast(null as decimal(28, 10)) as {{ column }},
        {%- endfor %}
        {%- for column in numbers %}
        {{ sum_amount(column) }} as {{ column }},
        {%- endfor %}
        currency_code
    from {{ source }}
    where currency_code in (select currency_code from changed)
    group by currency_code

    union all

    select
        4 as position,
        0 as place,
        'not comparable' as {{ name }},
        {%- for column in kinds + numbers %}
        cast(null as decimal(28, 10)) as {{ column }},
        {%- endfor %}
        s.currency_code
    from {{ source }} as s
    inner join comparable as c
        on not c.is_comparable
    where s.currency_code is not null
    group by s.currency_code
)
{%- endmacro %}

{#- Twelve characters that tell rows apart by the columns named, of whatever
    `types` they are: see `fingerprint`. Null counts as a character that AWS
    writes nowhere, so that it is not taken for an empty text. -#}
{% macro row_fingerprint(columns, types) -%}
{%- set between = ',' if target.type == 'datafusion' else ' || chr(31) ||' -%}
{%- set texts -%}
{%- for column in columns %}
            coalesce({{ as_text(column, types.get(column)) }}, chr(30))
            {{- between if not loop.last }}
{%- endfor %}
{%- endset -%}
{%- if not columns -%}
''
{%- elif target.type == 'datafusion' -%}
fingerprint({{ texts }}
        )
{%- elif target.type == 'athena' -%}
substr(to_base64(sha256(to_utf8({{ texts }}
        ))), 1, 12)
{%- else -%}
substr(to_base64(unhex(sha256({{ texts }}
        ))), 1, 12)
{%- endif -%}
{%- endmacro %}

{#- Engines write timestamps in their own ways; `make conformance` wants to see
    which one. -#}
{% macro as_text(column, type) -%}
{%- if target.type == 'athena' and type in ['timestamp', 'timestamp(3)'] -%}
date_format("{{ column }}", '%Y-%m-%d %H:%i:%s.%f')
{%- else -%}
cast("{{ column }}" as varchar)
{%- endif -%}
{%- endmacro %}

{#- CTEs that end as `counted_rows`: all rows of result tables by what tells
    them apart, and how many there are before and after. That is the number of
    the table in `tables`; `by_grain` its grain, where it has one, and the rest
    of the row; with `key` only of tables that have this column, and by it, too.
    To group by one fingerprint takes half the time that it takes by two, and a
    third of what it takes by all columns as they are, and a quarter of the
    memory. -#}
{% macro counted_rows(tables, prefix='', key='', by_grain=false) -%}
{%- set month = ['billing_period'] %}
{%- for table in tables
    if table.name.startswith(prefix) and (not key or key in table.columns) %}
{%- set grain = table.grain | reject('in', month) | list if by_grain else [] %}
{%- set rest = table.columns | reject('in', month) | reject('in', grain)
    | list %}
{%- set types = table.types %}
{{- '\n\n' if not loop.first -}}
{{ table.name }}_rows as (
    {%- for relation in [source('published', table.name), ref(table.name)] %}
    select
        {{- '\n        ' ~ key ~ ',' if key }}
        {{- '\n        ' ~ row_fingerprint(grain, types) ~ ' as grain,'
            if grain }}
        {{ row_fingerprint(rest, types) }} as rest,
        {{ 'false' if loop.first else 'true' }} as is_after
    from {{ relation }}
    {{- '\n\n    union all\n' if not loop.last }}
    {%- endfor %}
),
{%- endfor %}

counted_rows as (
    {%- for table in tables
        if table.name.startswith(prefix)
        and (not key or key in table.columns) %}
    {%- set grain = table.grain | reject('in', month) | list
        if by_grain else [] %}
    select
        {{ loop.index }} as number,
        {{- '\n        ' ~ key ~ ',' if key }}
        {{ 'grain' if grain else "''" }} as grain,
        count(case when not is_after then 1 end) as rows_before,
        count(case when is_after then 1 end) as rows_after
    from {{ table.name }}_rows
    group by
        {{- '\n        ' ~ key ~ ',' if key }}
        {{- '\n        grain,' if grain }}
        rest
    {{- '\n\n    union all\n' if not loop.last }}
    {%- endfor %}
)
{%- endmacro %}
