{{ config(materialized='table', schema='working') }}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

kinds as (
    select * from {{ ref('pool_usage_kinds') }}
),

-- An hourly report has lines of an hour or less, a daily one of a day, a
-- monthly one of a month. Instance-hours are metered in whole slots.
granularity as (
    select
        payer_account_id,
        min(shortest_seconds) as shortest_seconds
    from kinds
    where pool_key is not null
    group by payer_account_id
),

starts as (
    select
        payer_account_id,
        usage_start as slot
    from line_items
    where role in ('usage', 'covered')
    group by
        payer_account_id,
        usage_start
),

pool_slots as (
    select
        s.payer_account_id,
        s.slot,
        {{ epoch_seconds('s.slot') }} as start_second,
        {{ epoch_seconds('s.slot') }}
        + case
            when coalesce(g.shortest_seconds, 0) <= 3600
                then cast(3600 as bigint)
            when g.shortest_seconds <= 86400 then cast(86400 as bigint)
            else g.shortest_seconds
        end as end_second
    from starts as s
    left join granularity as g
        on s.payer_account_id = g.payer_account_id
)

select * from pool_slots
