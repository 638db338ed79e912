{% from "shared.sql" import current, for_bi %}
{% macro external(folder, columns) %}

drop table if exists {{ (folder ~ "_files") | quoted }};

create table {{ (folder ~ "_files") | quoted }} (
{% for column in columns if column.name != "billing_period" %}
    {{ column.name | quoted }} {{ column.type }},
{% endfor %}
    period_year integer with (
        partition_projection_type = 'INTEGER',
        partition_projection_range = array['2015', '2049']
    ),
    period_month integer with (
        partition_projection_type = 'INTEGER',
        partition_projection_range = array['1', '12'],
        partition_projection_digits = 2
    )
)
with (
    external_location = {{ (location ~ "/" ~ folder) | literal }},
    format = 'PARQUET',
    partitioned_by = array['period_year', 'period_month'],
    partition_projection_enabled = true,
    partition_projection_location_template =
        {{ (location ~ "/" ~ folder ~ "/billing_period=${period_year}-${period_month}") | literal }}
);
{% endmacro %}
-- What apportion has published in {{ location }}, for Trino: `apportion views --format trino`.
-- Written anew when tables or columns are; what is published later is seen without that.
-- The catalog needs `hive.recursive-directories=true`: a run is no partition, since nobody could list those to come, but
-- a folder below the month, and is read from the paths of files. A month is two partition columns, as dates of months
-- are refused.
{{ external("published_runs", runs) }}
create or replace view published_runs as
select
    format('%04d-%02d', period_year, period_month) as billing_period
{%- for column in runs %},
    {{ column.name | quoted }}
{%- endfor %}

from published_runs_files;
{% for table in tables %}
{% for folder in table.folders %}
{{ external(folder, table.columns) }}
{%- endfor %}
{% call(folder) current(table) %}
select
    *,
    format('%04d-%02d', period_year, period_month) as billing_period,
    regexp_extract("$path", '/run_id=([^/]+)/', 1) as run_id
from {{ (folder ~ "_files") | quoted }}
{% endcall %}
{% endfor %}
{% for table in tables %}
{{ for_bi(table) }}
{%- endfor %}
