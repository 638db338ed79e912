{#- Sums of columns of the report in both metrics. A net twin that is null falls
    back to its own gross value, each by itself. -#}
{% macro sum_twins(name, gross, net) -%}
{%- set gross_value -%}
    {%- for column in gross -%}
        coalesce({{ column }}, {{ zero() }}){{ ' + ' if not loop.last }}
    {%- endfor -%}
{%- endset -%}
{%- set net_value -%}
    {%- for column in net -%}
        coalesce({{ column }}, {{ gross[loop.index0] }}, {{ zero() }})
        {{- ' + ' if not loop.last }}
    {%- endfor -%}
{%- endset -%}
{{ sum_amount(amount(gross_value)) }} as {{ name }},
        {{ sum_amount(amount(net_value)) }} as net_{{ name }}
{%- endmacro %}

{#- First instant after the period, as a timestamp. -#}
{% macro period_end() -%}
(
            cast('{{ var("billing_period") }}-01' as timestamp)
            + interval '1' month
        )
{%- endmacro %}

{#- Text that sorts the fee rows of one commitment in the order of lines, for
    the few where that matters; null on all others. -#}
{% macro fee_position(matters, line_item_id, usage_start, cost, usage_amount) -%}
case
            when {{ matters }} then coalesce({{ line_item_id }}, '')
                || ' ' || coalesce(cast({{ usage_start }} as varchar), '')
                || ' ' || coalesce(cast({{ cost }} as varchar), '')
                || ' ' || coalesce(
                    cast(coalesce({{ usage_amount }}, {{ zero() }}) as varchar),
                    ''
                )
        end
{%- endmacro %}

{#- Whether the period ended more than 15 days before the day of the run
    (`run_date`, YYYY-MM-DD). What is made of it changes once, not every day. -#}
{% macro is_long_past() -%}
{%- set year = var('billing_period')[:4] | int -%}
{%- set month = var('billing_period')[5:] | int -%}
{%- set next_month = '%04d-%02d' | format(
    year + (1 if month == 12 else 0), 1 if month == 12 else month + 1
) -%}
{{ 'yes' if var('run_date', '') >= next_month ~ '-16' else '' }}
{%- endmacro %}
