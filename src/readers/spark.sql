{% from "shared.sql" import current, for_bi, nulls %}
{# The runs of a table; versions before 0.2 left files beside their folders. #}
{% macro runs(folder) %}
{% set base = location ~ "/" ~ folder %}
parquet.{{ (base ~ "/billing_period=*/run_id=*") | quoted }} with ('mergeSchema' = 'true', 'basePath' = {{ base | literal }})
{%- endmacro %}
-- What apportion has published in {{ location }}, for Spark 4 or newer: `apportion views --format spark`.
-- Written anew when tables or columns are; what is published later is seen without that.

create or replace view published_runs as
select * from parquet.{{ (location ~ "/published_runs") | quoted }} with ('mergeSchema' = 'true');
{% for table in tables %}
{% call(folder) current(table) %}
select found.*
from (
    select
        {{ nulls(table) | trim | indent(8) }}
) as absent
-- a column that no file has is the null of `absent`
cross join lateral (
    select
{% for column in table.columns %}
        {{ column.name | quoted }},
{% endfor %}
        run_id
    from {{ runs(folder) }}
) as found
{% endcall %}
{% endfor %}
{% for table in tables %}
{{ for_bi(table) }}
{%- endfor %}
