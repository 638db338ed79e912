{#- Up to how many accounts of a group the average over all their orders is
    taken exactly: twelve have 479,001,600 orders, but 4,096 subsets. -#}
{% macro shapley_exact_members() -%}
12
{%- endmacro %}

{#- Numbers from 0 on, how many orders so many members have, and how many
    subsets. -#}
{% macro orders_and_subsets(last) -%}
{%- set so_far = namespace(orders=1, subsets=1) %}
    select
        cast(number as bigint) as number,
        cast(orders as bigint) as orders,
        cast(subsets as bigint) as subsets
    from (
        values
        {%- for number in range(last + 1) %}
        {%- if number > 0 -%}
        {%- set so_far.orders = so_far.orders * number -%}
        {%- set so_far.subsets = so_far.subsets * 2 -%}
        {%- endif %}
        ({{ number }}, {{ so_far.orders }}, {{ so_far.subsets }})
        {{- ',' if not loop.last }}
        {%- endfor %}
    ) as counts (number, orders, subsets)
{%- endmacro %}

{#- A CTE `numbers`: the numbers from 0 on of so many digits, and the digits,
    the last one first. -#}
{% macro numbers_of(base, length) -%}
digits as (
    select cast(digit as bigint) as digit
    from (
        values
        {%- for digit in range(base) %}
        ({{ digit }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as digits (digit)
),

numbers as (
    select
        {%- for place in range(length) %}
        d{{ place }}.digit as digit_{{ place }},
        {%- endfor %}
        {%- for place in range(length) %}
        d{{ place }}.digit * {{ base ** place }}
        {{- ' +' if not loop.last }}
        {%- endfor %} as number
    from digits as d0
    {%- for place in range(1, length) %}
    cross join digits as d{{ place }}
    {%- endfor %}
)
{%- endmacro %}

{#- A number below the prime 2^31 - 1 from another: the fifth power changes the
    order of the numbers thoroughly, and no two of them become one. It stays
    within 64 bits, so every engine draws the same. -#}
{% macro scrambled(column) -%}
({{ column }} * {{ column }} % 2147483647)
            * ({{ column }} * {{ column }} % 2147483647) % 2147483647
            * {{ column }} % 2147483647
{%- endmacro %}
