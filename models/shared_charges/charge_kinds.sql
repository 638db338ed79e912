{{ config(materialized='table', schema='working') }}

{% set kind_keys -%}
payer_account_id,
        role,
        billing_entity,
        line_item_type,
        service_code,
        usage_type,
        account_id
{%- endset %}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

rules as (
    select * from {{ ref('shared_charge_rules') }}
),

rules_in_force as (
    select r.*
    from rules as r
    where {{ in_force('r') }}
),

-- What a rule can match: charges, and usage; which usage is in a pool or tier
-- group is seen line by line. AWS sells what names nobody else.
lines as (
    select
        payer_account_id,
        role,
        coalesce(billing_entity, '') as billing_entity,
        line_item_type,
        service_code,
        usage_type,
        account_id
    from line_items
    where role in ('charge', 'usage')
),

kinds as (
    select {{ kind_keys }}
    from lines
    group by {{ kind_keys }}
),

-- The number stands for the seven keys where descriptions are looked up.
numbered as (
    select
        *,
        cast(row_number() over (
            partition by payer_account_id
            order by {{ kind_keys }}
        ) as bigint) as kind
    from kinds
),

candidates as (
    select
        k.payer_account_id,
        k.kind,
        r.priority,
        r.rule,
        r.description is not null as has_description
    from numbered as k
    inner join rules_in_force as r
        on
            {{ fits('k.billing_entity', 'r.billing_entity') }}
            and {{ fits('k.line_item_type', 'r.line_item_type') }}
            and {{ fits('k.service_code', 'r.service_code') }}
            and {{ fits('k.usage_type', 'r.usage_type') }}
            and {{ fits('k.account_id', 'r.account_id') }}
),

-- First match wins. Rules that ask for a description come before it where
-- they match one.
in_order as (
    select
        *,
        row_number() over (
            partition by
                payer_account_id,
                kind,
                has_description
            order by
                priority,
                rule
        ) as choice
    from candidates
),

chosen as (
    select
        payer_account_id,
        kind,
        max(case when not has_description then rule end) as rule,
        max(case when not has_description then priority end) as priority,
        max(case when has_description then 1 else 0 end) = 1
            as may_be_described
    from in_order
    where choice = 1
    group by
        payer_account_id,
        kind
),

charge_kinds as (
    select
        n.payer_account_id,
        n.role,
        n.billing_entity,
        n.line_item_type,
        n.service_code,
        n.usage_type,
        n.account_id,
        n.kind,
        c.rule,
        c.priority,
        c.may_be_described
    from numbered as n
    inner join chosen as c
        on
            n.payer_account_id = c.payer_account_id
            and n.kind = c.kind
)

select * from charge_kinds
