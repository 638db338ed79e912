{{ config(materialized='table', schema='working') }}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

rules as (
    select * from {{ ref('shared_charge_rules') }}
),

-- What a rule can match: charges, and usage; which usage is in a pool or tier
-- group is seen line by line.
kinds as (
    select
        payer_account_id,
        role,
        line_item_type,
        service_code,
        usage_type,
        account_id
    from line_items
    where role in ('charge', 'usage')
    group by
        payer_account_id,
        role,
        line_item_type,
        service_code,
        usage_type,
        account_id
),

-- First match wins; an empty field of a rule matches everything.
matched as (
    select
        k.*,
        r.rule,
        r.bearers,
        r.weight,
        r.weight_of,
        row_number() over (
            partition by
                k.payer_account_id,
                k.role,
                k.line_item_type,
                k.service_code,
                k.usage_type,
                k.account_id
            order by r.priority, r.rule
        ) as choice
    from kinds as k
    inner join rules as r
        on
            coalesce(r.line_item_type, k.line_item_type) = k.line_item_type
            and coalesce(r.service_code, k.service_code) = k.service_code
            and coalesce(r.usage_type, k.usage_type) = k.usage_type
            and coalesce(r.account_id, k.account_id) = k.account_id
            and {{ in_force('r') }}
),

charge_kinds as (
    select
        payer_account_id,
        role,
        line_item_type,
        service_code,
        usage_type,
        account_id,
        rule,
        bearers,
        weight,
        weight_of
    from matched
    where choice = 1
)

select * from charge_kinds
