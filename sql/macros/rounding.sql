{#- The smallest unit of a currency as an amount, from how many digits ISO 4217
    gives it. -#}
{% macro smallest_unit(minor_unit) -%}
case {{ minor_unit }}
            when 0 then {{ amount(1) }}
            when 2 then {{ amount('0.01') }}
            when 3 then {{ amount('0.001') }}
            when 4 then {{ amount('0.0001') }}
        end
{%- endmacro %}

{#- An amount in whole units, rounded half away from zero: how many there are,
    as so many last digits, and these as units again. -#}
{% macro in_whole_units(value, unit) -%}
{{ mul_div(
    mul_div(value, amount('0.0000000001'), unit), unit,
    amount('0.0000000001')
) }}
{%- endmacro %}

{#- CTEs that share a total, rounded once, to rows by largest remainder: no row
    differs from its own amount by a unit or more. Reads `source`; what ends as
    `name` has its columns and `rounded`. `keys` tell the groups, `total` is
    their rounded total, `ordering` decides ties. -#}
{% macro largest_remainder(name, source, value, unit, keys, total, ordering) -%}
{{ name }}_near as (
    select
        *,
        {{ in_whole_units(value, unit) }} as near
    from {{ source }}
),

{{ name }}_below as (
    select
        *,
        case
            when near > {{ value }} then {{ amount('near - ' ~ unit) }}
            else near
        end as below
    from {{ name }}_near
),

{{ name }}_ranked as (
    select
        *,
        {{ amount(total ~ ' - ' ~ total_over('below', keys)) }} as missing,
        {{ cumulated(
            unit, keys, value ~ ' - below desc, ' ~ ordering
        ) }} as given
    from {{ name }}_below
),

{{ name }} as (
    select
        *,
        case
            when given <= missing then {{ amount('below + ' ~ unit) }}
            else below
        end as rounded
    from {{ name }}_ranked
)
{%- endmacro %}
