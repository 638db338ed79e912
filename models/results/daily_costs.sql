{{ config(materialized='table') }}

{% set amounts = ['usage_amount', 'list_cost', 'base_cost', 'real_cost'] %}

with

lines as (
    select * from {{ ref('result_lines') }}
),

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

days as (
    select * from {{ ref('result_days') }}
),

slots as (
    select * from {{ ref('pool_slots') }}
),

line_item_types as (
    select * from {{ ref('line_item_types') }} as t
    where {{ in_force('t') }}
),

accounts as (
    select * from {{ ref('stg_account_facts') }}
),

service_names as (
    select * from {{ ref('stg_service_names') }}
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

long_fees as (
    select *
    from timed
    where start_second is not null
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
    from long_fees as t
    inner join days as d
        on
            t.start_second < d.end_second
            and t.end_second > d.start_second
),

dated as (
    select
        cast(usage_start as date) as usage_date,
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        category,
        {{ amounts | join(',\n        ') }}
    from timed
    where start_second is null

    union all

    select
        usage_date,
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        category,
        {%- for name in amounts %}
        {{ share(
            name, 'seconds_until', amount('seconds_until - seconds_before'),
            'seconds'
        ) }} as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from overlapping
),

-- Small sums first: what describes lines is joined to few of them.
by_group as (
    select
        usage_date,
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        category,
        {%- for name in amounts %}
        {{ sum_amount(name) }} as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from dated
    group by
        usage_date,
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        category
),

-- Negations, discounts and fees repeat the quantity of what they belong to.
summed as (
    select
        c.usage_date,
        c.payer_account_id,
        c.currency_code,
        c.account_id,
        c.service_code,
        g.usage_type,
        nullif(g.region, '') as region,
        c.category,
        g.usage_unit,
        {{ sum_amount(
            "case when t.role in ('usage', 'covered') then c.usage_amount else "
            ~ zero() ~ ' end'
        ) }} as usage_amount,
        {{ sum_amount('c.list_cost') }} as list_cost,
        {{ sum_amount('c.base_cost') }} as base_cost,
        {{ sum_amount('c.real_cost') }} as real_cost
        {{- dimension_columns('g') }}
    from by_group as c
    left join line_groups as g
        on
            {{ is_group_of('g', 'c') }}
    left join line_item_types as t
        on g.line_item_type = t.line_item_type
    group by
        c.usage_date,
        c.payer_account_id,
        c.currency_code,
        c.account_id,
        c.service_code,
        g.usage_type,
        nullif(g.region, ''),
        c.category,
        g.usage_unit
        {{- dimension_columns('g') }}
),

daily_costs as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        c.payer_account_id,
        c.currency_code,
        c.usage_date,
        c.account_id,
        a.account_name,
        a.account_group,
        a.customer,
        c.service_code,
        coalesce(s.service_name, c.service_code) as service_name,
        c.usage_type,
        c.region,
        c.category,
        c.usage_amount,
        c.usage_unit,
        c.list_cost,
        c.base_cost,
        c.real_cost
        {{- dimension_columns('c') }}
    from summed as c
    left join accounts as a
        on c.account_id = a.account_id
    left join service_names as s
        on c.service_code = s.service_code
)

select * from daily_costs
