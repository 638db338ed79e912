{#- What a line costs before anything is shared (allocation.md, 3): the only
    place that knows the rule.
    https://docs.aws.amazon.com/cur/latest/userguide/cur-ri.html
    https://docs.aws.amazon.com/cur/latest/userguide/cur-sp.html -#}

{#- The column, or its net twin for payers whose cost is read net. A row
    without a net value has no private discount: its gross value is its net. -#}
{% macro net_or_gross(net, gross) -%}
coalesce(case when is_net then {{ net }} end, {{ gross }}, {{ zero() }})
{%- endmacro %}

{#- Private discounts on rows of their own are inside the net columns. -#}
{% macro billed_cost() -%}
case
    when is_net and is_in_net then {{ zero() }}
    else unblended_cost
end
{%- endmacro %}

{% macro amortized_cost() -%}
case
    when is_net and is_in_net then {{ zero() }}
    when line_item_type = 'DiscountedUsage'
        then reservation_effective_cost
    when line_item_type = 'RIFee'
        then {{ amount(
            'unused_upfront_fee + unused_recurring_fee') }}
    when line_item_type = 'Fee' and commitment_arn is not null
        then {{ zero() }}
    when line_item_type = 'SavingsPlanCoveredUsage'
        then savings_plan_effective_cost
    when line_item_type = 'SavingsPlanRecurringFee'
        and total_commitment > used_commitment
        then {{ unused_plan_commitment() }}
    when line_item_type in (
        'SavingsPlanRecurringFee',
        'SavingsPlanNegation',
        'SavingsPlanUpfrontFee'
    )
        then {{ zero() }}
    when {{ is_refund_of_savings_plan() }}
        then {{ zero() }}
    else unblended_cost
end
{%- endmacro %}

{#- The total commitment has no net twin, its two parts have: what is unused is
    read net at their price level, so that the discount on it is not lost. -#}
{% macro unused_plan_commitment() -%}
coalesce(
    case
        when is_net then {{ mul_div(
            amount('total_commitment - used_commitment'),
            amount(
                'savings_plan_net_recurring_commitment_for_billing_period + '
                ~ 'savings_plan_net_amortized_upfront_commitment_for_billing_period'
            ),
            amount(
                'savings_plan_recurring_commitment_for_billing_period + '
                ~ 'savings_plan_amortized_upfront_commitment_for_billing_period'
            )
        ) }}
    end,
    {{ amount('total_commitment - used_commitment') }}
)
{%- endmacro %}

{% macro base_cost() -%}
{{- require_one_of(
    'cost_basis', var('cost_basis'), ['amortized', 'billed']
) -}}
{{ 'billed_cost' if var('cost_basis') == 'billed' else 'amortized_cost' }}
{%- endmacro %}

{% macro is_refund_of_savings_plan() -%}
line_item_type = 'Refund' and service_code = 'ComputeSavingsPlans'
{%- endmacro %}
