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
        k.*,
        r.priority,
        r.rule,
        r.description is not null as has_description
    from numbered as k
    inner join rules_in_force as r
        on
            {{ rule_fits('k', 'r') }}
),

-- First match wins; one that asks for a description does where it comes before
-- and the description fits.
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

first_rules as (
    select
        {{ kind_keys }},
        kind,
        max(case when not has_description then rule end) as rule,
        max(case when not has_description then priority end) as priority,
        max(case when has_description then rule end) as described_rule,
        max(case when has_description then priority end)
            as described_priority
    from in_order
    where choice = 1
    group by
        {{ kind_keys }},
        kind
),

charge_kinds as (
    select
        {{ kind_keys }},
        kind,
        rule,
        priority,
        described_rule is not null
            and (
                rule is null
                or described_priority < priority
                or (
                    described_priority = priority
                    and described_rule < rule
                )
            ) as may_be_described
    from first_rules
)

select * from charge_kinds
