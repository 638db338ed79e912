{#- The pool of EC2 Instance Savings Plans: a family in a region. -#}
{% macro family_pool_key(pool_prefix, region, family) -%}
{{ pool_prefix }} || '/' || {{ region }} || '/' || {{ family }}
{%- endmacro %}
