{#- Every lender `l` of a group with every borrower `b`, by cumulative rounding
    in both directions (allocation.md, 6). Both have `all_units` and
    `cumulated_units`, in account order; `lent` and `borrowed` are their own
    units. The columns tell what all lenders to here lend to all borrowers to
    here, and the same without this lender, this borrower, and either. -#}
{% macro crossed_units(lent, borrowed) -%}
{%- set lenders_before = amount('l.cumulated_units - ' ~ lent) -%}
{%- set borrowers_before = amount('b.cumulated_units - ' ~ borrowed) -%}
{%- for name, lenders, borrowers in [
    ('both', 'l.cumulated_units', 'b.cumulated_units'),
    ('without_lender', lenders_before, 'b.cumulated_units'),
    ('without_borrower', 'l.cumulated_units', borrowers_before),
    ('without_either', lenders_before, borrowers_before),
] -%}
{{ mul_div(lenders, borrowers, 'l.all_units') }} as units_{{ name }}
{{- ',\n        ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}

{#- What this lender lends to this borrower. -#}
{% macro units_of_pair() -%}
{{ amount(
    'units_both - units_without_lender - units_without_borrower'
    ~ ' + units_without_either'
) }}
{%- endmacro %}
