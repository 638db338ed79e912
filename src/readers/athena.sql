{% from "shared.sql" import current, for_bi %}
{% macro external(folder, columns) %}

drop table if exists `{{ folder }}_files`;

create external table `{{ folder }}_files` (
{% for column in columns if column.name != "billing_period" %}
    `{{ column.name }}` {{ column.type }}{{ "," if not loop.last }}
{% endfor %}
)
partitioned by (`billing_period` string)
stored as parquet
location {{ (location ~ "/" ~ folder ~ "/") | literal }}
tblproperties (
    'projection.enabled' = 'true',
    'projection.billing_period.type' = 'date',
    'projection.billing_period.format' = 'yyyy-MM',
    'projection.billing_period.range' = '2015-12,NOW',
    'projection.billing_period.interval' = '1',
    'projection.billing_period.interval.unit' = 'MONTHS'
);
{% endmacro %}
-- What apportion has published in {{ location }}, for Athena: `apportion views --format athena`.
-- Written anew when tables or columns are; what is published later is seen without that.
-- A run is no partition, since nobody could list those to come: it is read from the paths of files.
{{ external("published_runs", runs) }}
create or replace view published_runs as
select * from published_runs_files;
{% for table in tables %}
{% for folder in table.folders %}
{{ external(folder, table.columns) }}
{%- endfor %}
{% call(folder) current(table) %}
select *, regexp_extract("$path", '/run_id=([^/]+)/', 1) as run_id
from {{ (folder ~ "_files") | quoted }}
{% endcall %}
{% endfor %}
{% for table in tables %}
{{ for_bi(table) }}
{%- endfor %}
