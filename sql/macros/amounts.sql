{#- Money and quantities are decimals with ten fractional digits. Whatever is
    added, multiplied or divided is cast back at once, so that no engine's own
    rule for the scale of a result is ever seen. -#}
{% macro amount(expression) -%}
cast({{ expression }} as decimal(28, 10))
{%- endmacro %}

{% macro sum_amount(expression) -%}
cast(sum({{ expression }}) as decimal(28, 10))
{%- endmacro %}

{#- A sum of whole numbers. A sum of bigints would go on from the other end of
    its range without a word on some engines; a cast that does not fit is an
    error on all. -#}
{% macro sum_count(value) -%}
cast(sum(cast({{ value }} as decimal(18, 0))) as bigint)
{%- endmacro %}

{% macro zero() -%}
cast(0 as decimal(28, 10))
{%- endmacro %}

{% macro smaller_of(one, other) -%}
case when {{ one }} <= {{ other }} then {{ one }} else {{ other }} end
{%- endmacro %}

{% macro larger_of(one, other) -%}
case when {{ one }} >= {{ other }} then {{ one }} else {{ other }} end
{%- endmacro %}

{#- a * b, rounded half away from zero at ten digits: amounts are multiplied
    here and nowhere else. Engines differ in how many digits a product keeps,
    and Trino has changed its mind. -#}
{% macro product(a, b) -%}
{%- if target.type == 'duckdb' -%}
{{ amount(amount(a) ~ ' * ' ~ amount(b)) }}
{%- else -%}
{{ mul_div(a, b, amount(1)) }}
{%- endif -%}
{%- endmacro %}

{#- a * b / c, rounded half away from zero at ten digits; null if c is 0.
    The one place where a quotient is taken. The arguments are amounts. -#}
{% macro mul_div(a, b, c) -%}
{%- if target.type == 'datafusion' -%}
mul_div({{ a }}, {{ b }}, nullif({{ c }}, {{ zero() }}))
{%- elif target.type == 'duckdb' -%}
{#- Doubles divide ten times as fast as 128 bits. Their quotient, corrected
    once, is taken if what it leaves is less than half of the last digit;
    ties and what doubles cannot hold go the long way. -#}
{%- set dividend = amount(a) ~ ' * ' ~ amount(b) -%}
{%- set near = amount(quotient_in_doubles(
    double(a) ~ ' * ' ~ double(b), c
)) -%}
{%- set quotient = amount(near ~ ' + ' ~ amount(quotient_in_doubles(
    double(dividend ~ ' - ' ~ near ~ ' * ' ~ amount(c)), c
))) -%}
case
    when 2 * abs({{ dividend }} - {{ quotient }} * {{ amount(c) }})
        < abs({{ amount(c) }}) * 0.0000000001
        then {{ quotient }}
    else {{ mul_div_in_128_bits(a, b, c) }}
end
{%- else -%}
{{ long_division(a, b, c) }}
{%- endif -%}
{%- endmacro %}

{#- For Athena: the same on paper, in steps of nine digits of b from the left,
    so that no step has more than 38 digits. The state holds a, what is left
    of b, c, the quotient so far and its remainder, all as whole numbers of
    last digits; every step brings down nine more. Its lambdas know nothing
    but their state, and what is divided is a multiple of the divisor: Trino
    does that alike under each of its rules for decimals. -#}
{% macro long_division(a, b, c) -%}
reduce(
    array[
        decimal '1000000000000000000000000000', decimal '1000000000000000000',
        decimal '1000000000', decimal '1'
    ],
    array[
        {{ whole(digits(a)) }}, {{ whole(digits(b)) }},
        nullif({{ whole(digits(c)) }}, {{ whole(0) }}),
        {{ whole(0) }}, {{ whole(0) }}
    ],
    (s, p) -> transform(
        array[array[
            s[1], s[2], s[3], s[4],
            s[5] * decimal '1000000000'
            + s[1] * {{ whole('(s[2] - s[2] % p) / p') }},
            {{ whole('p') }}
        ]],
        t -> array[
            t[1], t[2] % t[6], t[3],
            t[4] * decimal '1000000000'
            + {{ whole('(t[5] - t[5] % t[3]) / t[3]') }},
            t[5] % t[3]
        ]
    )[1],
    s -> {{ amount("cast(s[4] + case
        when 2 * abs(s[5]) >= abs(s[3]) then sign(s[5]) * sign(s[3])
        else 0
    end as decimal(38, 10)) / decimal '10000000000'") }}
)
{%- endmacro %}

{% macro whole(expression) -%}
cast({{ expression }} as decimal(38, 0))
{%- endmacro %}

{#- An amount as a whole number of its last digits: in two steps, since all at
    once is a product of more than 38 digits. -#}
{% macro digits(expression) -%}
cast(cast({{ amount(expression) }} * decimal '100000' as decimal(28, 5))
    * decimal '100000' as decimal(28, 0))
{%- endmacro %}

{#- For DuckDB: the same in 128 bits, and what `mul_div` is made of there. -#}
{% macro scaled(expression) -%}
cast(cast({{ expression }} as decimal(28, 10)) * 10000000000 as hugeint)
{%- endmacro %}

{% macro double(expression) -%}
cast({{ expression }} as double)
{%- endmacro %}

{% macro quotient_in_doubles(dividend, divisor) -%}
{{ dividend }} / nullif({{ double(divisor) }}, 0)
{%- endmacro %}

{% macro mul_div_in_128_bits(a, b, c) -%}
{%- set dividend = scaled(a) ~ ' * ' ~ scaled(b) -%}
{%- set divisor = 'nullif(' ~ scaled(c) ~ ', 0::hugeint)' -%}
cast(
    cast(
        sign({{ dividend }}) * sign({{ divisor }})
        * ((2 * abs({{ dividend }}) + abs({{ divisor }}))
            // (2 * abs({{ divisor }})))
        as decimal(28, 0)
    ) * 0.0000000001 as decimal(28, 10)
)
{%- endmacro %}

{#- The member's part of an amount by cumulative rounding (allocation.md, 4):
    `cumulated` is the weight up to and with the member, in the group's order.
    The parts of a group sum to the amount whatever the weights are. -#}
{% macro share(whole, cumulated, weight, total) -%}
{%- set before = amount(cumulated ~ ' - ' ~ weight) -%}
coalesce({{ amount(
    mul_div(whole, cumulated, total) ~ '\n    - '
    ~ mul_div(whole, before, total)
) }}, {{ zero() }})
{%- endmacro %}

{#- Running total in a group's order. `keys` and `ordering` list columns. -#}
{% macro cumulated(weight, keys, ordering) -%}
cast(sum({{ weight }}) over (
    partition by {{ keys }}
    order by {{ ordering }}
    rows between unbounded preceding and current row
) as decimal(28, 10))
{%- endmacro %}

{% macro total_over(weight, keys) -%}
cast(sum({{ weight }}) over (partition by {{ keys }}) as decimal(28, 10))
{%- endmacro %}

{#- Weights that are all zero give way to base cost, and that to equal parts
    (allocation.md, 4). -#}
{% macro weight_or_fallback(weight, fallback, keys) -%}
case
    when {{ total_over(weight, keys) }} > {{ zero() }} then {{ weight }}
    when {{ total_over(fallback, keys) }} > {{ zero() }} then {{ fallback }}
    else {{ amount(1) }}
end
{%- endmacro %}

{#- One sum for each name out of rows that hold a name and a value. -#}
{% macro sums_by_name(names, name_column, value) -%}
{%- for name in names -%}
{{ sum_amount(
    'case when ' ~ name_column ~ " = '" ~ name ~ "' then " ~ value
    ~ ' else ' ~ zero() ~ ' end'
) }} as {{ name }}
{{- ',\n        ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}
