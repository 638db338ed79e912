{% set keys = 'account_id, slot, slot_account, role' %}
{% set order = line_item_order(has_arn=true) %}

with

lines as (
    select * from {{ ref('share_moved_lines') }}
),

-- Lines share what their account pays by what each would cost, or by
-- units where nothing tells that.
weights as (
    select
        *,
        {{ weight_or_fallback('units', amount(1), keys) }} as unit_weight,
        {{ weight_or_fallback(
            larger_of('amortized_cost', zero()), 'units', keys
        ) }} as cost_weight,
        {{ weight_or_fallback('on_demand_value', 'units', keys) }}
            as value_weight
    from lines
),

weights_in_order as (
    select
        *,
        {%- for name in ['unit_weight', 'cost_weight', 'value_weight'] %}
        {{ total_over(name, keys) }} as total_{{ name }},
        {{ cumulated(name, keys, order) }} as cumulated_{{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from weights
),

shared as (
    select
        *,
        {%- for name, weight, of_covered, of_uncovered in [
            ('own', 'unit_weight', 'own_cost_of_covered',
                'own_cost_of_uncovered'),
            ('borrowed_at_cost_by_units', 'unit_weight', zero(),
                'taken_at_cost'),
            ('borrowed_at_cost', 'cost_weight', 'still_borrowed_at_cost',
                zero()),
            ('borrowed_by_value', 'value_weight', 'still_borrowed_by_value',
                zero()),
            ('received', 'value_weight', 'received_uncovered_cost', zero()),
            ('offered', 'value_weight', zero(), 'offered_cost'),
            ('taken', 'unit_weight', zero(), 'taken_cost'),
            ('borrowed_units', 'unit_weight', 'still_borrowed',
                'newly_borrowed'),
            ('not_on_demand_units', 'unit_weight',
                amount('still_borrowed + own_use_of_covered'),
                amount('newly_borrowed + own_use_of_uncovered')),
        ] %}
        {{ share(
            "(case when role = 'covered' then " ~ of_covered ~ ' else '
            ~ of_uncovered ~ ' end)',
            'cumulated_' ~ weight, weight, 'total_' ~ weight
        ) }} as {{ name }}_part
        {{- ',' if not loop.last }}
        {%- endfor %}
    from weights_in_order
),

-- What an account keeps of the uncovered cost that it offered stays on its
-- lines as it does among accounts.
offered as (
    select
        *,
        case
            when role = 'covered' then {{ zero() }}
            else kept_cost
        end as kept_of_role
    from shared
),

{{ keeping(
    'offered', 'kept_of_role', 'offered_part', 'taken_part + own_part', keys,
    order
) }},

given as (
    select
        *,
        {{ larger_of(amount('offered_part - kept_part'), zero()) }}
            as given_part
    from kept
),

given_in_order as (
    select
        *,
        {{ total_over('given_part', keys) }} as all_given,
        {{ cumulated('given_part', keys, order) }}
            as cumulated_given
    from given
),

share_moved_line_costs as (
    select
        {{ shared_line_columns() }},
        own_part as own_cost,
        {{ amount(
            'borrowed_at_cost_by_units_part + borrowed_at_cost_part'
            ~ ' + borrowed_by_value_part + ' ~ share(
                'taken_by_value', 'cumulated_given', 'given_part', 'all_given'
            )
        ) }} as borrowed_cost,
        case
            when role = 'covered' then received_part
            else {{ amount('base_cost - offered_part + kept_part') }}
        end as on_demand_cost,
        {{ amount('not_on_demand_units_part - borrowed_units_part') }}
            as own_units,
        borrowed_units_part as borrowed_units
    from given_in_order
)

select * from share_moved_line_costs
