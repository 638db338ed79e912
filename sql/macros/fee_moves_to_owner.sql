{#- Whether a fee row's cost leaves the row for its owner's entry. -#}
{% macro fee_moves_to_owner(prefix='') -%}
{%- if var('sharing').policy == 'as_billed' -%}
false
{%- else -%}
{{ prefix }}account_id <> {{ prefix }}owner_account_id
{%- endif -%}
{%- endmacro %}
