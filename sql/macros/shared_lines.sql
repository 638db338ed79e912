{#- What lines of pools keep when cost is shared: what they are, and what they
    were billed. -#}
{% macro shared_line_columns() -%}
payer_account_id,
        currency_code,
        line_group,
        line_order,
        line_item_id,
        slot,
        usage_end,
        account_id,
        service_code,
        category,
        pool_key,
        rule,
        usage_amount,
        units,
        list_cost,
        base_cost,
        commitment_arn
{%- endmacro %}

{#- Lines of an account of which units moved, but those that its own commitments
    covered: `s` has its costs, if it has any. -#}
{% macro is_moved_line(l, s) -%}
coalesce({{ s }}.is_moved, false)
        and not {{ l }}.is_own_covered
        and {{ l }}.units > {{ zero() }}
{%- endmacro %}
