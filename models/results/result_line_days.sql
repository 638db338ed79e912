{% set amounts = ['usage_amount', 'list_cost', 'base_cost', 'real_cost'] %}
{% set keys -%}
payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        category
{%- endset %}

with

lines as (
    select * from {{ ref('result_lines') }}
),

days as (
    select * from {{ ref('result_days') }}
),

slots as (
    select * from {{ ref('pool_slots') }}
),

slot_lengths as (
    select
        payer_account_id,
        min(end_second - start_second) as seconds
    from slots
    group by payer_account_id
),

timed as (
    select
        l.*,
        case
            when
                l.commitment_arn is not null
                and l.usage_end > l.usage_start
                and {{ end_second('l.usage_end') }}
                    - {{ epoch_seconds('l.usage_start') }}
                    > coalesce(s.seconds, 3600)
                then {{ epoch_seconds('l.usage_start') }}
        end as start_second,
        {{ end_second('l.usage_end') }} as end_second
    from lines as l
    left join slot_lengths as s
        on l.payer_account_id = s.payer_account_id
),

-- A fee row that is longer than a slot is spread as its capacity is, by the
-- seconds of its interval: those before and after the period are of its first
-- and its last day.
overlapping as (
    select
        t.*,
        d.usage_date,
        {{ amount('t.end_second - t.start_second') }} as seconds,
        {{ amount(larger_of(
            'd.start_second - t.start_second', 'cast(0 as bigint)'
        )) }} as seconds_before,
        {{ amount(smaller_of(
            'd.end_second - t.start_second', 't.end_second - t.start_second'
        )) }} as seconds_until
    from timed as t
    inner join days as d
        on
            t.start_second < d.end_second
            and t.end_second > d.start_second
),

dated as (
    select
        cast(usage_start as date) as usage_date,
        {{ keys }},
        {{ amounts | join(',\n        ') }}
    from timed
    where start_second is null

    union all

    select
        usage_date,
        {{ keys }},
        {%- for name in amounts %}
        {{ share(
            name, 'seconds_until', amount('seconds_until - seconds_before'),
            'seconds'
        ) }} as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from overlapping
),

result_line_days as (
    select
        usage_date,
        {{ keys }},
        {%- for name in amounts %}
        {{ sum_amount(name) }} as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from dated
    group by
        usage_date,
        {{ keys }}
)

select * from result_line_days
