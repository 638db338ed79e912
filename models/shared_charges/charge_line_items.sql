with

matches as (
    select * from {{ ref('tier_line_matches') }}
),

kinds as (
    select * from {{ ref('charge_kinds') }}
),

-- Everything that is in no pool and in no tier group, and the fee rows of
-- commitments. It stays where AWS put it, but for fees that other accounts
-- than the owner bear.
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
        m.category,
        m.pool_key as allocation_key,
        case
            when m.pool_key is not null then 'commitment_fee'
            when m.role = 'charge' then coalesce(k.rule, 'no_rule')
            else 'no_pool_no_tier'
        end as rule,
        m.usage_amount as units,
        m.base_cost,
        case
            when m.pool_key is not null and {{ fee_moves_to_owner('m.') }}
                then {{ zero() }}
            else m.base_cost
        end as real_cost
    from matches as m
    left join kinds as k
        on
            m.payer_account_id = k.payer_account_id
            and m.line_item_type = k.line_item_type
            and m.service_code = k.service_code
            and m.usage_type = k.usage_type
            and m.account_id = k.account_id
    where
        m.tier_group is null
        and (m.pool_key is null or m.role = 'commitment_fee')
)

select * from charge_line_items
