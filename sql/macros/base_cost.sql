{#- What a line costs before anything is shared (allocation.md, 3): the only
    place that knows the rule.
    https://docs.aws.amazon.com/cur/latest/userguide/cur-ri.html
    https://docs.aws.amazon.com/cur/latest/userguide/cur-sp.html -#}

{#- The column, or its net twin for payers whose cost is read net. A twin that
    is null falls back to its own gross value. -#}
{% macro net_or_gross(net, gross) -%}
coalesce(case when is_net then {{ net }} end, {{ gross }}, {{ zero() }})
{%- endmacro %}

{#- What the invoice says. Private discounts on lines of their own are inside
    the net columns of other lines: read net, such a line has its net value or
    nothing. -#}
{% macro billed_cost() -%}
case
    when is_net and {{ is_discount('line_item_type') }}
        then coalesce(line_item_net_unblended_cost, {{ zero() }})
    else unblended_cost
end
{%- endmacro %}

{#- EdpDiscount, PrivateRateDiscount, RiVolumeDiscount and what AWS will think
    of. -#}
{% macro is_discount(line_item_type) -%}
{{ line_item_type }} like '%Discount'
{%- endmacro %}

{#- `is_amortized_fee` and `is_refund_of_amortized_fee` tell what AWS amortises;
    `lacks_unused` is a fee row of a reservation whose service reports no unused
    part, `covered_cost` what its usage cost, on the first such row. -#}
{% macro amortized_cost() -%}
case
    when line_item_type = 'DiscountedUsage'
        then reservation_effective_cost
    when line_item_type = 'RIFee' and lacks_unused
        then {{ amount(
            'unblended_cost + amortized_upfront_fee - covered_cost') }}
    when line_item_type = 'RIFee'
        then {{ amount('unused_upfront_fee + unused_recurring_fee') }}
    when line_item_type = 'Fee' and is_amortized_fee
        then {{ zero() }}
    when line_item_type = 'SavingsPlanCoveredUsage'
        then savings_plan_effective_cost
    when line_item_type = 'SavingsPlanRecurringFee'
        and total_commitment > used_commitment
        then {{ unused_plan_commitment() }}
    when line_item_type = 'SavingsPlanRecurringFee'
        then {{ zero() }}
    when line_item_type = 'SavingsPlanNegation'
        then {{ zero() }}
    when line_item_type = 'SavingsPlanUpfrontFee'
        then {{ zero() }}
    when line_item_type = 'Refund' and is_refund_of_amortized_fee
        then {{ zero() }}
    else {{ billed_cost() }}
end
{%- endmacro %}

{% macro unused_plan_commitment() -%}
{%- set unused = amount('total_commitment - used_commitment') -%}
case
    when is_net then {{ net_part_of_plan(unused) }}
    else {{ unused }}
end
{%- endmacro %}

{#- The total commitment has no net twin, its two parts have: what is unused is
    read net at their price level, so that the discount on it is not lost. -#}
{% macro net_part_of_plan(unused) -%}
{%- set recurring = 'savings_plan_recurring_commitment_for_billing_period' -%}
{%- set net_recurring
    = 'savings_plan_net_recurring_commitment_for_billing_period' -%}
{%- set upfront
    = 'savings_plan_amortized_upfront_commitment_for_billing_period' -%}
{%- set net_upfront
    = 'savings_plan_net_amortized_upfront_commitment_for_billing_period' -%}
coalesce(
    {{ mul_div(
        unused,
        amount(
            'coalesce(' ~ net_recurring ~ ', ' ~ recurring ~ ', ' ~ zero()
            ~ ') + coalesce(' ~ net_upfront ~ ', ' ~ upfront ~ ', ' ~ zero()
            ~ ')'
        ),
        amount(
            'coalesce(' ~ recurring ~ ', ' ~ zero() ~ ') + coalesce('
            ~ upfront ~ ', ' ~ zero() ~ ')'
        )
    ) }},
    {{ unused }}
)
{%- endmacro %}

{% macro base_cost() -%}
{{- require_one_of(
    'cost_basis', var('cost_basis'), ['amortized', 'billed']
) -}}
{{ 'billed_cost' if var('cost_basis') == 'billed' else 'amortized_cost' }}
{%- endmacro %}
