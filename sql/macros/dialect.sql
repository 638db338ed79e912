{#- Whole seconds since 1970 of a timestamp without zone (UTC). -#}
{% macro epoch_seconds(expression) -%}
{%- if target.type == 'datafusion' -%}
cast(date_part('epoch', {{ expression }}) as bigint)
{%- elif target.type == 'duckdb' -%}
cast(epoch({{ expression }}) as bigint)
{%- else -%}
cast(to_unixtime({{ expression }}) as bigint)
{%- endif -%}
{%- endmacro %}

{#- A seed row counts if it is in force on the last day of the period. Dates
    are text, YYYY-MM-DD; `valid_until` is the first day no longer covered. -#}
{% macro in_force(table) -%}
substr({{ table }}.valid_from, 1, 7) <= '{{ var("billing_period") }}'
    and coalesce(substr({{ table }}.valid_until, 1, 7), '9999-12')
        > '{{ var("billing_period") }}'
{%- endmacro %}
