{#- What describes a line and decides nothing: a name, and the column of the
    report that it is. One more line here, and the column can be joined to
    every result. -#}
{% macro descriptions() -%}
line_item_type line_item_line_item_type
usage_type line_item_usage_type
operation line_item_operation
invoice_id bill_invoice_id
billing_entity bill_billing_entity
resource_id line_item_resource_id
sku product_sku
description line_item_line_item_description
usage_unit pricing_unit
product_name product_product_name
tags resource_tags
{%- for name in var('dimensions', {}) %}
"{{ name }}" "{{ name }}"
{%- endfor %}
{%- endmacro %}

{#- Their names alone, and the region, which is read from several columns. -#}
{% macro description_names() -%}
region
{%- for line in descriptions().splitlines() -%}
, {{ line.split()[0] }}
{%- endfor %}
{%- endmacro %}

{#- A text of 12 characters that tells descriptions apart, of a line of the
    report or of what was read from it: of the SHA-256 the first 72 bits, in
    base64. What is empty counts as an empty text, and a character that AWS
    writes nowhere stands between. -#}
{% macro fingerprint(table='') -%}
{%- set region = reported_region(table) if table else 'region' -%}
{%- if target.type == 'datafusion' -%}
fingerprint(
            {{ region }}
            {%- for line in descriptions().splitlines() %},
            {{ table ~ '.' ~ line.split()[1] if table else line.split()[0] }}
            {%- endfor %}
        )
{%- else -%}
{%- set texts -%}
coalesce({{ region }}, '')
            {%- for line in descriptions().splitlines() %}
            {%- set column = table ~ '.' ~ line.split()[1] %}
            || chr(31) || coalesce({{ column if table else line.split()[0] }}, '')
            {%- endfor %}
{%- endset -%}
substr(to_base64(
            {%- if target.type == 'athena' -%}
            sha256(to_utf8({{ texts }}))
            {%- else -%}
            unhex(sha256({{ texts }}))
            {%- endif -%}
        ), 1, 12)
{%- endif -%}
{%- endmacro %}

{#- The dimensions as columns of `table`, each after a comma. -#}
{% macro dimension_columns(table) -%}
{%- for name in var('dimensions', {}) -%}
,
        {{ table }}."{{ name }}"
{%- endfor %}
{%- endmacro %}

{#- Whether `g` is the group of the line `l`. -#}
{% macro is_group_of(g, l) -%}
{{ l }}.payer_account_id = {{ g }}.payer_account_id
            and {{ l }}.account_id = {{ g }}.account_id
            and {{ l }}.service_code = {{ g }}.service_code
            and {{ l }}.line_group = {{ g }}.line_group
{%- endmacro %}

{#- The public cost of a line of usage on demand, or what AWS charged where the
    report does not tell it. -#}
{% macro list_or_base_cost() -%}
case when list_cost <> {{ zero() }} then list_cost else base_cost end
{%- endmacro %}

{#- The account of a line of the report: AWS leaves it empty on some of the
    payer's own. -#}
{% macro reported_account(table) -%}
coalesce(
            {{ table }}.line_item_usage_account_id,
            {{ table }}.bill_payer_account_id
        )
{%- endmacro %}

{#- The region of a line of the report; on fee rows it may stand in the ARN
    alone. -#}
{% macro reported_region(table) -%}
coalesce(
            {{ table }}.product_region,
            substr(
                {{ table }}.line_item_availability_zone,
                1,
                length({{ table }}.line_item_availability_zone) - 1
            ),
            nullif(split_part(
                {{ table }}.reservation_reservation_a_r_n, ':', 4
            ), ''),
            ''
        )
{%- endmacro %}
