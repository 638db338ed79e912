{{ config(materialized='table', schema='working') }}

with

kinds as (
    select * from {{ ref('charge_kinds') }}
),

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

described_kinds as (
    select *
    from kinds
    where may_be_described
),

-- Descriptions are many, so that only those are told apart which a rule may
-- ask for.
described as (
    select
        k.payer_account_id,
        k.role,
        k.billing_entity,
        k.line_item_type,
        k.service_code,
        k.usage_type,
        k.account_id,
        k.kind,
        k.rule as rule_without,
        k.priority as priority_without,
        l.description
    from described_kinds as k
    inner join line_items as l
        on
            k.payer_account_id = l.payer_account_id
            and k.role = l.role
            and k.billing_entity = coalesce(l.billing_entity, '')
            and k.line_item_type = l.line_item_type
            and k.service_code = l.service_code
            and k.usage_type = l.usage_type
            and k.account_id = l.account_id
    where l.description is not null
    group by
        k.payer_account_id,
        k.role,
        k.billing_entity,
        k.line_item_type,
        k.service_code,
        k.usage_type,
        k.account_id,
        k.kind,
        k.rule,
        k.priority,
        l.description
),

-- A rule that comes after the one without a description is too late.
matched as (
    select
        d.payer_account_id,
        d.kind,
        d.description,
        r.rule,
        row_number() over (
            partition by
                d.payer_account_id,
                d.kind,
                d.description
            order by
                r.priority,
                r.rule
        ) as choice
    from described as d
    inner join rules_in_force as r
        on
            r.description is not null
            and {{ fits('d.description', 'r.description') }}
            and {{ rule_fits('d', 'r') }}
            and (
                d.rule_without is null
                or r.priority < d.priority_without
                or (
                    r.priority = d.priority_without
                    and r.rule < d.rule_without
                )
            )
),

charge_descriptions as (
    select
        payer_account_id,
        kind,
        description,
        rule
    from matched
    where choice = 1
)

select * from charge_descriptions
