{{ config(materialized='table', schema='working') }}

with

kinds as (
    select * from {{ ref('charge_kinds') }}
),

line_groups as (
    select * from {{ ref('stg_line_groups') }}
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
        g.line_group,
        g.description
    from described_kinds as k
    inner join line_groups as g
        on
            k.payer_account_id = g.payer_account_id
            and k.billing_entity = coalesce(g.billing_entity, '')
            and k.line_item_type = g.line_item_type
            and k.service_code = g.service_code
            and k.usage_type = coalesce(g.usage_type, '')
            and k.account_id = g.account_id
    where g.description is not null
),

-- A rule that comes after the one without a description is too late.
matched as (
    select
        d.payer_account_id,
        d.kind,
        d.line_group,
        r.rule,
        row_number() over (
            partition by
                d.payer_account_id,
                d.kind,
                d.line_group
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
        line_group,
        rule
    from matched
    where choice = 1
)

select * from charge_descriptions
