{{ config(materialized='table', schema='working') }}

with

matches as (
    select * from {{ ref('tier_line_matches') }}
),

kinds as (
    select * from {{ ref('charge_kinds') }}
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

-- Everything that is in no pool and in no tier group, and the fee rows of
-- commitments. It stays where AWS put it, but for fees that other accounts
-- than the owner bear, and for charges that a rule gives to its bearers.
charge_line_items as (
    select
        m.payer_account_id,
        m.currency_code,
        m.invoice_id,
        m.line_item_id,
        m.usage_start,
        m.account_id,
        m.service_code,
        m.usage_type,
        m.operation,
        m.region,
        m.resource_id,
        m.sku,
        m.category,
        m.pool_key as allocation_key,
        case
            when m.pool_key is not null then 'commitment_fee'
            when m.role = 'charge' then coalesce(k.rule, 'no_rule')
            else coalesce(k.rule, 'no_pool_no_tier')
        end as rule,
        b.rule is not null as is_shared,
        m.usage_amount as units,
        m.base_cost,
        case
            when m.pool_key is not null and {{ fee_moves_to_owner('m.') }}
                then {{ zero() }}
            when b.rule is not null then {{ zero() }}
            else m.base_cost
        end as real_cost,
        case
            when b.rule is null then m.on_demand_cost
            else {{ zero() }}
        end as list_cost
    from matches as m
    left join kinds as k
        on
            m.payer_account_id = k.payer_account_id
            and m.role = k.role
            and m.line_item_type = k.line_item_type
            and m.service_code = k.service_code
            and m.usage_type = k.usage_type
            and m.account_id = k.account_id
    left join borne as b
        on
            k.payer_account_id = b.payer_account_id
            and k.rule = b.rule
            and m.currency_code = b.currency_code
    where
        m.tier_group is null
        and not m.is_open
)

select * from charge_line_items
