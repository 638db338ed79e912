{# Tables of results in PostgreSQL, as `apportion export` fills them, and who sees which of their rows. #}
{% set names = schema | quoted %}
{% set readers = names ~ "." ~ ("readers" | quoted) %}
{% macro table_of(name, columns) %}

create table if not exists {{ names }}.{{ name | quoted }} (
{% for column in columns %}
    {{ column.name | quoted }} {{ column.type }}{{ "," if not loop.last }}
{% endfor %}
);
{% for column in columns %}
alter table {{ names }}.{{ name | quoted }} add column if not exists {{ column.name | quoted }} {{ column.type }};
{% endfor %}
alter table {{ names }}.{{ name | quoted }} enable row level security;
create index if not exists {{ (name ~ "_by_month") | quoted }} on {{ names }}.{{ name | quoted }} (billing_period);
drop policy if exists those_of_readers on {{ names }}.{{ name | quoted }};
{% endmacro %}
-- `create schema if not exists` needs the right to create one even where it is there.
do $$ begin
    if not exists (select from pg_catalog.pg_namespace where nspname = {{ schema | literal }}) then
        create schema {{ names }};
    end if;
end $$;

create table if not exists {{ readers }} (
    role_name text not null,
    customer text not null,
    primary key (role_name, customer)
);
comment on table {{ readers }} is 'Which roles, with their members, see the rows of which customer; * stands for all rows.';
alter table {{ readers }} enable row level security;
drop policy if exists own on {{ readers }};
create policy own on {{ readers }} for select using (
    role_name in (select r.rolname from pg_catalog.pg_roles as r where pg_catalog.pg_has_role(current_user, r.oid, 'member'))
);
{% for table in tables %}
{% set own = table.columns | map(attribute="name") | list %}
{{ table_of(table.name, table.columns) }}
comment on table {{ names }}.{{ table.name | quoted }} is {{ table.description | literal }};
create policy those_of_readers on {{ names }}.{{ table.name | quoted }} for select using (
    exists (select from {{ readers }} as r where r.customer = '*')
{% if "customer" in own %}
    or customer in (select r.customer from {{ readers }} as r)
{% elif "account_id" in own and has_customers %}
    or (billing_period, account_id) in (
        select a.billing_period, a.account_id from {{ names }}.{{ "accounts" | quoted }} as a
    )
{% endif %}
);
{% endfor %}
{{ table_of("published_runs", runs) }}
create policy those_of_readers on {{ names }}.published_runs for select using (
    exists (select from {{ readers }} as r where r.customer = '*')
);
