{#- What accounts really cost as published before, and by this run: a row of
    either has zero for the other. Questions alone may call it. -#}
{% macro costs_before_and_after() -%}
    select
        account_id,
        currency_code,
        real_cost as cost_before,
        {{ zero() }} as cost_after
    from {{ source('published', 'account_costs') }}

    union all

    select
        account_id,
        currency_code,
        {{ zero() }} as cost_before,
        real_cost as cost_after
    from {{ ref('account_costs') }}
{%- endmacro %}
