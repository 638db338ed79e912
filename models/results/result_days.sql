{#- Every day of the period, with its first second and that of the day after. -#}
with

result_days as (
    {%- set year = var('billing_period')[:4] | int %}
    {%- set month = var('billing_period')[5:] | int %}
    {%- set is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) %}
    {%- set days = [
        31, 29 if is_leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    ][month - 1] %}
    {%- for day in range(1, days + 1) %}
    {%- set date = var('billing_period') ~ '-' ~ '%02d' | format(day) %}
    {%- set start = epoch_seconds("cast('" ~ date ~ "' as timestamp)") %}
    select
        cast('{{ date }}' as date) as usage_date,
        {{ 'cast(0 as bigint)' if loop.first else start }} as start_second,
        {{ 'cast(9999999999 as bigint)' if loop.last else
            start ~ ' + 86400' }} as end_second
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select * from result_days
