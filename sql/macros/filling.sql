{#- Ways to divide what is too little for all: as CTEs over a relation with
    account_id, the last of them named `filled`, with a column `filled_units`
    that sums to `whole` in every group of `keys`. Nobody gets more than
    `wanted`; `whole` is no more than all of it together. A `suffix` keeps the
    names apart where one model fills several times. -#}

{#- Water-filling: everybody gets the same, or all that is wanted if that is
    less. From the smallest on, an account is full if it wants no more than
    its even part of what the smaller ones left. -#}
{% macro water_filling(relation, whole, wanted, keys, suffix='') %}
by_size{{ suffix }} as (
    select
        *,
        {{ cumulated(wanted, keys, wanted ~ ', account_id') }}
            as wanted_to_here,
        row_number() over (
            partition by {{ keys }}
            order by {{ wanted }} desc, account_id desc
        ) as members_from_here
    from {{ relation }}
),

full_accounts{{ suffix }} as (
    select
        *,
        {{ product(wanted, 'members_from_here') }}
        <= {{ amount(whole ~ ' - (wanted_to_here - ' ~ wanted ~ ')') }}
            as is_full
    from by_size{{ suffix }}
),

levels{{ suffix }} as (
    select
        *,
        {{ amount(whole ~ ' - ' ~ total_over(
            'case when is_full then ' ~ wanted ~ ' else ' ~ zero() ~ ' end',
            keys
        )) }} as left_units,
        {{ total_over(
            'case when is_full then ' ~ zero() ~ ' else ' ~ amount(1)
            ~ ' end', keys
        ) }} as left_members,
        {{ cumulated(
            'case when is_full then ' ~ zero() ~ ' else ' ~ amount(1)
            ~ ' end', keys, 'account_id'
        ) }} as cumulated_members
    from full_accounts{{ suffix }}
),

filled{{ suffix }} as (
    select
        *,
        case
            when is_full then {{ wanted }}
            else {{ share(
                'left_units', 'cumulated_members', amount(1), 'left_members'
            ) }}
        end as filled_units
    from levels{{ suffix }}
)
{%- endmacro %}

{#- One level of `priority` after the other, 1 first and empty last; the level
    that is left with too little divides it in proportion. -#}
{% macro priority_filling(relation, whole, wanted, keys, suffix='') %}
{%- set level_keys = keys ~ ', priority' -%}
by_priority{{ suffix }} as (
    select
        *,
        {{ total_over(wanted, level_keys) }} as level_wanted,
        {{ cumulated(wanted, level_keys, 'account_id') }}
            as cumulated_level_wanted,
        cast(sum({{ wanted }}) over (
            partition by {{ keys }}
            order by priority
            range between unbounded preceding and current row
        ) as decimal(28, 10)) as wanted_to_level
    from {{ relation }}
),

levels{{ suffix }} as (
    select
        *,
        case
            when wanted_to_level <= {{ whole }} then level_wanted
            else {{ larger_of(
                amount(whole ~ ' - (wanted_to_level - level_wanted)'), zero()
            ) }}
        end as level_units
    from by_priority{{ suffix }}
),

filled{{ suffix }} as (
    select
        *,
        {{ share(
            'level_units', 'cumulated_level_wanted', wanted, 'level_wanted'
        ) }} as filled_units
    from levels{{ suffix }}
)
{%- endmacro %}

{#- In proportion to what everybody wants. -#}
{% macro proportional_filling(relation, whole, wanted, keys, suffix='') %}
in_order{{ suffix }} as (
    select
        *,
        {{ total_over(wanted, keys) }} as all_wanted,
        {{ cumulated(wanted, keys, 'account_id') }} as cumulated_wanted
    from {{ relation }}
),

filled{{ suffix }} as (
    select
        *,
        {{ share(whole, 'cumulated_wanted', wanted, 'all_wanted') }}
            as filled_units
    from in_order{{ suffix }}
)
{%- endmacro %}
