{#- What a line weighs among the lines of its account, and what these weigh
    together: quantity, or base cost without its sign where all quantities are
    zero, or 1 where nothing cost anything (allocation.md, 4). The account's
    row holds absolute_cost and line_item_count beside its quantity. -#}
{% macro weight_in_account(line, quantity, account, account_quantity) -%}
{%- for name, by_quantity, by_cost, by_count in [
    (
        'weight',
        line ~ '.' ~ quantity,
        'abs(' ~ line ~ '.base_cost)',
        1
    ),
    (
        'total_weight',
        account ~ '.' ~ account_quantity,
        account ~ '.absolute_cost',
        account ~ '.line_item_count'
    ),
] -%}
case
            when {{ account }}.{{ account_quantity }} > {{ zero() }}
                then {{ by_quantity }}
            when {{ account }}.absolute_cost > {{ zero() }}
                then {{ by_cost }}
            else {{ amount(by_count) }}
        end as {{ name }}
{{- ',\n        ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}
