{#- Sums of a column of the report in both metrics. A net twin that is null falls
    back to its own gross value, each by itself. -#}
{% macro sum_twins(name, gross, net) -%}
coalesce({{ sum_amount(gross) }}, {{ zero() }}) as {{ name }},
        coalesce({{
            sum_amount('coalesce(' ~ net ~ ', ' ~ gross ~ ')')
        }}, {{ zero() }}) as net_{{ name }}
{%- endmacro %}

{#- Whether a timestamp is in the last two days of the period, or after it. -#}
{% macro is_in_last_days(timestamp) -%}
{{ timestamp }} >= cast('{{ var("billing_period") }}-01' as timestamp)
            + interval '1' month - interval '2' day
{%- endmacro %}

{#- Whether a fee row of a reservation says nothing of what was unused of it:
    not gross, and not net if that is what is read. -#}
{% macro lacks_unused(table, is_net) -%}
{{ table }}.line_item_line_item_type = 'RIFee'
        and coalesce(
            {{ table }}.reservation_unused_amortized_upfront_fee_for_billing_period,
            {{ table }}.reservation_unused_recurring_fee,
            case
                when {{ is_net }} then coalesce(
                    {{ table }}.reservation_net_unused_amortized_upfront_fee_for_billing_period,
                    {{ table }}.reservation_net_unused_recurring_fee
                )
            end
        ) is null
{%- endmacro %}

{#- Text that sorts the fee rows of one commitment in the order of lines, for
    the few where that matters; null on all others. -#}
{% macro fee_position(matters, line_item_id, usage_start, cost, usage_amount) -%}
case
            when {{ matters }} then coalesce({{ line_item_id }}, '')
                || ' ' || coalesce(
                    cast({{ epoch_seconds(usage_start) }} as varchar), ''
                )
                || ' ' || coalesce(cast({{ cost }} as varchar), '')
                || ' ' || coalesce(
                    cast(coalesce({{ usage_amount }}, {{ zero() }}) as varchar),
                    ''
                )
        end
{%- endmacro %}

{#- The commitment whose ARN a line of the report bears; usage on demand, taxes
    and credits have none that matters. -#}
{% macro reported_commitment(table) -%}
case
            when {{ table }}.line_item_line_item_type
                not in ('Usage', 'Tax', 'Credit')
                then coalesce(
                    {{ table }}.savings_plan_savings_plan_a_r_n,
                    {{ table }}.reservation_reservation_a_r_n
                )
        end
{%- endmacro %}

{#- What a refund of a one-time fee has in common with the fee that it pays
    back, as one text; null on all other lines. -#}
{% macro reported_refund(table) -%}
case
            when {{ table }}.line_item_line_item_type = 'Refund'
                and {{ table }}.line_item_line_item_description
                    like 'Refund for one-time fee for%'
                then {{ refund_key(
                    'coalesce(' ~ table ~ '.line_item_usage_account_id, '
                    ~ table ~ '.bill_payer_account_id)',
                    table ~ '.line_item_product_code',
                    table ~ '.line_item_unblended_cost'
                ) }}
        end
{%- endmacro %}

{% macro refund_key(account, service_code, cost) -%}
{{ account }} || ' ' || {{ service_code }} || ' ' || cast({{ cost }} as varchar)
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
