{#- Whether a fee row's cost leaves the row for its owner's closing entry. -#}
{% macro fee_moves_to_owner() -%}
{%- if var('sharing').policy == 'as_billed' -%}
false
{%- else -%}
(account_id <> owner_account_id or line_item_type = 'SavingsPlanNegation')
{%- endif -%}
{%- endmacro %}
