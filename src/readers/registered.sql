{% from "shared.sql" import current, for_bi %}
{% macro external(folder, columns, keys) %}

create external table if not exists `{{ registered[folder] }}` (
{% for column in columns if column.name not in keys %}
    `{{ column.name }}` {{ column.type }}{{ "," if not loop.last }}
{% endfor %}
)
partitioned by ({% for key in keys %}`{{ key }}` string{{ ", " if not loop.last }}{% endfor %})
stored as parquet
location {{ (location ~ "/" ~ folder ~ "/") | literal }};
{% endmacro %}
{{ external("published_runs", runs, ["billing_period"]) }}
{% for table in tables %}
{% for folder in table.folders %}
{{ external(folder, table.columns, ["billing_period", "run_id"]) }}
{%- endfor %}
{% endfor %}
create or replace view published_runs as
select * from {{ registered["published_runs"] | quoted }};
{% for table in tables %}
{% call(folder) current(table) %}
select * from {{ registered[folder] | quoted }}
{% endcall %}
{% endfor %}
{% for table in tables %}
{{ for_bi(table) }}
{%- endfor %}
