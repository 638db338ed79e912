{#- Settings of FOCUS data sets, held against what there is a rule for. -#}
{% macro focus_issuer() -%}
cast('{{ var("focus").issuer | replace("'", "''") }}' as varchar)
{%- endmacro %}

{#- Renders nothing: refuses a version that there is no data set of. -#}
{% macro require_focus_versions() -%}
{%- if var('focus').versions is string -%}
{{- exceptions.raise_compiler_error(
    'config.yaml: focus.versions is `' ~ var('focus').versions
    ~ '`, expected a list, as ["1.4"]'
) -}}
{%- endif -%}
{%- for version in var('focus').versions -%}
{{- require_one_of('focus.versions', version | string, ['1.2', '1.4']) -}}
{%- endfor -%}
{%- endmacro %}

{% macro focus_interval() -%}
{{- require_one_of(
    'focus.granularity', var('focus').granularity, ['daily', 'hourly']
) -}}
{{ 'hour' if var('focus').granularity == 'hourly' else 'day' }}
{%- endmacro %}

{#- The start of the hour or day that an instant is in. -#}
{% macro start_of(interval, instant) -%}
cast(date_trunc('{{ interval }}', {{ instant }}) as timestamp)
{%- endmacro %}

{#- Whether a cost is a price times the quantity: the price is not negative, and
    has no more than nine digits before the point. -#}
{% macro has_unit_price(cost, quantity) -%}
(
            {{ quantity }} > {{ zero() }} and {{ cost }} >= {{ zero() }}
            or {{ quantity }} < {{ zero() }} and {{ cost }} <= {{ zero() }}
        )
        and {{ product('abs(' ~ cost ~ ')', amount('0.000000001')) }}
            <= abs({{ quantity }})
{%- endmacro %}

{#- A cost by unit in hundred-millionths, which have ten digits themselves. -#}
{% macro hundred_millionths(cost, quantity) -%}
{{ mul_div(
    'abs(' ~ cost ~ ')', amount(100000000), 'abs(' ~ quantity ~ ')'
) }}
{%- endmacro %}

{#- These as a price of 18 digits. The point is moved in the text: whether a
    product of decimals keeps 18 digits is another matter on every engine.
    `part` is a column, as it stands here three times. -#}
{% macro unit_price(part) -%}
{%- set digits -%}
'000000000000000000' || replace(cast({{ part }} as varchar), '.', '')
{%- endset -%}
cast(
            substr({{ digits }}, 1, length({{ digits }}) - 18)
            || '.' || substr({{ digits }}, length({{ digits }}) - 17)
            as decimal(38, 18)
        )
{%- endmacro %}

{#- What kind of thing a resource is: of an ARN its service and type, of EC2's
    short ids what stands before the dash, else the service. A part that a text
    does not have is null to one engine and empty to another, so that it is not
    asked for. -#}
{% macro resource_type(resource_id, service_code) -%}
case
            when {{ resource_id }} like 'arn:%:s3:::%' then 's3:bucket'
            when {{ resource_id }} like 'arn:%:%:%:%:%:%'
                then split_part({{ resource_id }}, ':', 3) || ':'
                    || split_part({{ resource_id }}, ':', 6)
            when {{ resource_id }} like 'arn:%:%:%:%:/%'
                then split_part({{ resource_id }}, ':', 3)
            when {{ resource_id }} like 'arn:%:%:%:%:%/%'
                then split_part({{ resource_id }}, ':', 3) || ':'
                    || split_part(
                        split_part({{ resource_id }}, ':', 6), '/', 1
                    )
            when {{ resource_id }} like 'arn:%:%'
                then split_part({{ resource_id }}, ':', 3)
            when {{ resource_id }} like 'i-%' then 'ec2:instance'
            when {{ resource_id }} like 'vol-%' then 'ec2:volume'
            when {{ resource_id }} is not null then {{ service_code }}
        end
{%- endmacro %}
