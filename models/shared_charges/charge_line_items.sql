{{ config(materialized='table', schema='working') }}

with

matches as (
    select * from {{ ref('tier_line_matches') }}
),

kinds as (
    select * from {{ ref('charge_kinds') }}
),

descriptions as (
    select * from {{ ref('charge_descriptions') }}
),

bearers as (
    select * from {{ ref('charge_bearers') }}
),

borne as (
    select
        payer_account_id,
        currency_code,
        rule
    from bearers
    group by
        payer_account_id,
        currency_code,
        rule
),

-- Rules are for charges and usage: what is covered, or a fee of a commitment,
-- is in a pool.
of_a_kind as (
    select
        m.*,
        k.kind,
        k.rule as rule_of_kind,
        case when k.may_be_described then m.line_group end as told_by
    from matches as m
    left join kinds as k
        on
            m.payer_account_id = k.payer_account_id
            and m.role = k.role
            and coalesce(m.billing_entity, '') = k.billing_entity
            and m.line_item_type = k.line_item_type
            and m.service_code = k.service_code
            and m.usage_type = k.usage_type
            and m.account_id = k.account_id
    where
        m.tier_group is null
        and not m.is_open
),

ruled as (
    select
        m.*,
        coalesce(d.rule, m.rule_of_kind) as charge_rule
    from of_a_kind as m
    left join descriptions as d
        on
            m.payer_account_id = d.payer_account_id
            and m.kind = d.kind
            and m.told_by = d.line_group
),

-- Everything that is in no open slot and in no tier group. It stays where AWS
-- put it, but for fees that other accounts than the owner bear, and for
-- charges that a rule gives to its bearers.
charge_line_items as (
    select
        m.payer_account_id,
        m.currency_code,
        m.line_group,
        m.line_item_id,
        m.usage_start,
        m.usage_end,
        m.account_id,
        m.service_code,
        m.category,
        case when m.role <> 'charge' then m.pool_key end as pool_key,
        case
            when m.role in ('commitment_fee', 'covered') then m.pool_rule
            when m.charge_rule is not null then m.charge_rule
            when m.role = 'charge' then 'no_rule'
            when m.category = 'on_demand' then 'no_open_slot'
            else 'no_pool_no_tier'
        end as rule,
        m.commitment_arn,
        m.role in ('usage', 'covered') as is_usage,
        m.role = 'commitment_fee' as is_commitment_fee,
        b.rule is not null as is_shared,
        coalesce(m.billing_entity, '') in ('AWS', '') as is_aws,
        m.usage_amount,
        m.units,
        m.base_cost,
        case
            when m.role = 'commitment_fee' and {{ fee_moves_to_owner('m.') }}
                then {{ zero() }}
            when b.rule is not null then {{ zero() }}
            else m.base_cost
        end as real_cost,
        m.on_demand_cost as list_cost
    from ruled as m
    left join borne as b
        on
            m.payer_account_id = b.payer_account_id
            and m.charge_rule = b.rule
            and m.currency_code = b.currency_code
)

select * from charge_line_items
