{#- The parts of a saving that borrower and lender keep: what one keeps the
    other does not, and nobody keeps more than there is. Only leakage may credit
    a lender nothing, not even cost. -#}
{% macro require_benefit(name, benefit, may_be_none=false) -%}
{%- for side in ['borrower', 'lender'] -%}
{%- set value = benefit[side] -%}
{%- set is_none = may_be_none and side == 'lender' and value == 'none' -%}
{%- set is_fraction = value is number and value >= 0 and value <= 1 -%}
{%- if not is_none and not is_fraction -%}
{{ exceptions.raise_compiler_error(
    'config.yaml: ' ~ name ~ '.' ~ side ~ ' is `' ~ value
    ~ '`, expected a number from 0 to 1'
    ~ (' or none' if may_be_none and side == 'lender' else '')
) }}
{%- endif -%}
{%- endfor -%}
{#- Fractions such as 0.7 and 0.3 are doubles here: their last bit is no
    matter. -#}
{%- if benefit.lender is number
    and benefit.borrower + benefit.lender > 1.0000000001 -%}
{{ exceptions.raise_compiler_error(
    'config.yaml: ' ~ name ~ ' gives borrower `' ~ benefit.borrower
    ~ '` and lender `' ~ benefit.lender
    ~ '`, more than the whole saving; lower one, so that they sum to at most 1'
) }}
{%- endif -%}
{%- endmacro %}

{#- Refuses a setting that is misspelt, or whose rule is not built yet. -#}
{% macro require_one_of(name, value, allowed) -%}
{%- if value not in allowed -%}
{{ exceptions.raise_compiler_error(
    'config.yaml: ' ~ name ~ ' is `' ~ value ~ '`, expected one of '
    ~ allowed | join(', ')
) }}
{%- endif -%}
{%- endmacro %}

{#- Refuses what is no whole number, or is out of range. -#}
{% macro require_between(name, value, smallest, largest) -%}
{%- if value is not number or value != value | int
    or value < smallest or value > largest -%}
{{ exceptions.raise_compiler_error(
    'config.yaml: ' ~ name ~ ' is `' ~ value
    ~ '`, expected a whole number from ' ~ smallest ~ ' to ' ~ largest
) }}
{%- endif -%}
{%- endmacro %}
