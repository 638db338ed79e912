{#- What a rule's bearers name, with semicolons between: accounts by their ids,
    and groups as `group:<name>`. A single group needs no `list:` before it. -#}
{% macro entries_of(bearers) -%}
case
    when {{ bearers }} like 'list:%' then substr({{ bearers }}, 6)
    else {{ bearers }}
end
{%- endmacro %}

{#- Whether a value is what a field of a rule asks for: anything if it is empty,
    by `like` if it has a `%`, else the same. Codes of AWS have underscores,
    which `like` would take for any letter; so it is for patterns alone. -#}
{% macro fits(value, pattern) -%}
(
                {{ pattern }} is null
                or {{ value }} = {{ pattern }}
                or (
                    strpos({{ pattern }}, '%') > 0
                    and {{ value }} like {{ pattern }}
                )
            )
{%- endmacro %}

{#- Whether lines of a kind are what a rule asks for, but for its description. -#}
{% macro rule_fits(kind, rule) -%}
{%- for field in [
    'billing_entity', 'line_item_type', 'service_code', 'usage_type',
    'account_id'
] -%}
{{ fits(kind ~ '.' ~ field, rule ~ '.' ~ field) }}
{{- '\n            and ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}
