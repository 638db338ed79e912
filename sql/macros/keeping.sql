{#- What nobody takes of a group's gifts stays with the givers: first by what
    each would save, its gift less its `cost`, then in proportion to the rest of
    each gift. As CTEs over a relation, the last of them named `kept`, with a
    column `kept_part` that sums to `whole` in every group of `keys`. -#}
{% macro keeping(relation, whole, gift, cost, keys, ordering) -%}
savings as (
    select
        *,
        {{ larger_of(amount(gift ~ ' - (' ~ cost ~ ')'), zero()) }} as saved
    from {{ relation }}
),

savings_in_order as (
    select
        *,
        {{ amount(gift ~ ' - saved') }} as other_gift,
        {{ total_over('saved', keys) }} as all_saved,
        {{ cumulated('saved', keys, ordering) }} as cumulated_saved,
        {{ total_over(amount(gift ~ ' - saved'), keys) }} as all_other_gift,
        {{ cumulated(amount(gift ~ ' - saved'), keys, ordering) }}
            as cumulated_other_gift
    from savings
),

kept as (
    select
        *,
        case
            when {{ whole }} <= all_saved then {{ share(
                whole, 'cumulated_saved', 'saved', 'all_saved'
            ) }}
            else {{ amount('saved + ' ~ share(
                amount(whole ~ ' - all_saved'), 'cumulated_other_gift',
                'other_gift', 'all_other_gift'
            )) }}
        end as kept_part
    from savings_in_order
)
{%- endmacro %}
