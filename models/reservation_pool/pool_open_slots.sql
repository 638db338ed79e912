{{ config(materialized='table', schema='working') }}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

commitments as (
    select * from {{ ref('pool_commitments') }}
),

capacity as (
    select * from {{ ref('pool_capacity') }}
),

covered as (
    select
        l.payer_account_id,
        l.currency_code,
        c.pool_key,
        l.usage_start as slot
    from line_items as l
    inner join commitments as c
        on
            l.payer_account_id = c.payer_account_id
            and l.currency_code = c.currency_code
            and l.commitment_arn = c.commitment_arn
    where l.role = 'covered'
),

-- A pool takes uncovered usage only in slots in which somebody had capacity:
-- reserved, or shown by what AWS covered.
pool_open_slots as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot
    from capacity
    where reserved_units > {{ zero() }}

    union

    select
        payer_account_id,
        currency_code,
        pool_key,
        slot
    from covered
)

select * from pool_open_slots
