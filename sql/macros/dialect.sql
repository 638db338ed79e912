{#- Whole seconds since 1970 of a timestamp without zone (UTC). -#}
{% macro epoch_seconds(expression) -%}
{%- if target.type == 'datafusion' -%}
cast(floor(date_part('epoch', {{ expression }})) as bigint)
{%- elif target.type == 'duckdb' -%}
cast(floor(epoch({{ expression }})) as bigint)
{%- else -%}
cast(floor(to_unixtime({{ expression }})) as bigint)
{%- endif -%}
{%- endmacro %}

{#- A timestamp as text, 2026-10-01 08:30. -#}
{% macro to_the_minute(expression) -%}
{%- if target.type == 'athena' -%}
date_format({{ expression }}, '%Y-%m-%d %H:%i')
{%- else -%}
replace(substr(cast({{ expression }} as varchar), 1, 16), 'T', ' ')
{%- endif -%}
{%- endmacro %}

{#- Second at which a usage interval ends: fee rows of reservations run to their
    last second inclusive (23:59:59), but an end on the full hour is exclusive
    already. -#}
{% macro end_second(usage_end) -%}
{{ epoch_seconds(usage_end) }}
        + case
            when {{ epoch_seconds(usage_end) }} % 3600 = 0
                then cast(0 as bigint)
            else cast(1 as bigint)
        end
{%- endmacro %}

{#- A seed row counts if it is in force on the last day of the period. Dates
    are text, YYYY-MM-DD; `valid_until` is the first day no longer covered. -#}
{% macro in_force(table) -%}
substr({{ table }}.valid_from, 1, 7) <= '{{ var("billing_period") }}'
    and coalesce(substr({{ table }}.valid_until, 1, 7), '9999-12')
        > '{{ var("billing_period") }}'
{%- endmacro %}

{#- The circles of `sharing.mode`, as `sharing.ungrouped` wants them. -#}
{% macro circle_in_force(table) -%}
{{ table }}.mode in ('*', '{{ var("sharing").mode }}')
    and coalesce({{ table }}.if_ungrouped, '{{ var("sharing").ungrouped }}')
        = '{{ var("sharing").ungrouped }}'
    and {{ in_force(table) }}
{%- endmacro %}

{#- A text without what a pattern finds at its beginning. Patterns are those
    that Rust and Java read alike. -#}
{% macro without_beginning(text, pattern) -%}
regexp_replace({{ text }}, '^{{ pattern }}', '')
{%- endmacro %}

{#- Whether a text has twelve digits in a row, as the id of an account. -#}
{% macro has_account_id(text) -%}
{%- if target.type == 'duckdb' -%}
regexp_matches({{ text }}, '[0-9]{12}')
{%- else -%}
regexp_like({{ text }}, '[0-9]{12}')
{%- endif -%}
{%- endmacro %}
