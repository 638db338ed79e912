{{ config(materialized='table', schema='working') }}
{{ require_one_of(
    'sharing.policy',
    var('sharing').policy,
    ['proportional', 'max_min', 'priority', 'as_billed']
) }}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

commitments as (
    select * from {{ ref('pool_commitments') }}
),

-- Only where a commitment covered usage of an account that does not own it can
-- anything move; as billed, nothing does.
pool_open_slots as (
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
    where
        l.role = 'covered'
        and l.account_id <> c.owner_account_id
        {% if var('sharing').policy == 'as_billed' -%}
        and false
        {%- endif %}
    group by
        l.payer_account_id,
        l.currency_code,
        c.pool_key,
        l.usage_start
)

select * from pool_open_slots
