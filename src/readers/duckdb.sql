{% from "shared.sql" import current, for_bi, nulls %}
-- What apportion has published in {{ location }}, for DuckDB: `apportion views --format duckdb`.
-- Written anew when tables or columns are; what is published later is seen without that.

create or replace view published_runs as
select * from read_parquet(
    {{ (location ~ "/published_runs/billing_period=*/*.parquet") | literal }},
    hive_partitioning = true,
    hive_types = {'billing_period': varchar},
    union_by_name = true
);
{% for table in tables %}
{% call(folder) current(table) %}
select
    {{ nulls(table) | trim | indent(4) }}
where false
union all by name
select * from read_parquet(
    {{ (location ~ "/" ~ folder ~ "/billing_period=*/run_id=*/*.parquet") | literal }},
    hive_partitioning = true,
    hive_types = {'billing_period': varchar, 'run_id': varchar},
    union_by_name = true
)
{% endcall %}
{% endfor %}
{% for table in tables %}
{{ for_bi(table) }}
{%- endfor %}
