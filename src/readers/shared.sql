{# What the views of all engines have in common. `quoted` and `literal` write names and texts as the engine wants. #}

{# A view of the current publication. The call's body reads the files of a folder, with `billing_period` and `run_id`.
   Of a month that lies under several names, as the model was renamed, the newest name counts. #}
{% macro current(table) %}

create or replace view {{ table.name | quoted }} as
{% for folder in table.folders %}
select
{% for column in table.columns %}
    files.{{ column.name | quoted }},
{% endfor %}
    files.run_id
from (
    {{ caller(folder) | trim | indent(4) }}
) as files
join published_runs as published
    on published.table_name = {{ folder | literal }}
    and published.billing_period = files.billing_period
    and published.run_id = files.run_id
{%- if not loop.first %}

where files.billing_period not in (
    select billing_period from published_runs
    where table_name in ({{ table.folders[:loop.index0] | map("literal") | join(", ") }})
)
{%- endif %}
{{- ";" if loop.last else "\nunion all" }}
{% endfor %}
{% endmacro %}

{# Every column as null: what it is where no file has it. #}
{% macro nulls(table) %}
{% for column in table.columns %}
cast(null as {{ column.type }}) as {{ column.name | quoted }},
{% endfor %}
cast(null as {{ text_type }}) as run_id
{% endmacro %}

{# For BI tools: a date first, names beside account ids, and nothing of the runner. #}
{% macro for_bi(table) %}

create or replace view {{ ("bi_" ~ table.name) | quoted }} as
{% if table.bi | selectattr("account") | list %}
with account_names as (
    select billing_period, payer_account_id, account_id, max(account_name) as account_name
    from accounts
    group by billing_period, payer_account_id, account_id
)
{% endif %}
select
{% for column in table.bi %}
{% if column.is_made_up %}
    cast(t.billing_period || '-01' as date) as {{ column.name | quoted }}
{%- else %}
    t.{{ column.name | quoted }}
{%- endif %}
{%- if column.account %},
    {{ column.account | quoted }}.account_name as {{ (column.account ~ "_name") | quoted }}
{%- endif %}
{{- "," if not loop.last }}
{% endfor %}
from {{ table.name | quoted }} as t
{%- for column in table.bi if column.account %}
{% set account = column.account | quoted %}

left join account_names as {{ account }}
    on {{ account }}.billing_period = t.billing_period
    and {{ account }}.payer_account_id = t.payer_account_id
    and {{ account }}.account_id = t.{{ column.name | quoted }}
{%- endfor %};
{% endmacro %}
