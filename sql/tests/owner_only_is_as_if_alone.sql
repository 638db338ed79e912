-- Where nobody shares and no unit returned to its owner, every account pays
-- what it would have paid alone: its own commitments, and on demand what
-- others' covered, less what its own idle plans would have covered of it.
with

lines as (
    select * from {{ ref('pool_line_items') }}
),

alone as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        sum(
            case
                when role = 'covered' and not is_own_covered
                    then on_demand_value
                else base_cost
            end
        ) as cost
    from lines
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
),

paid as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        sum(real_cost) as cost
    from {{ ref('share_line_costs') }}
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
),

returned as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot
    from {{ ref('share_positions') }}
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot
    having sum(own_use) <> sum(own_covered_units)
)

select
    p.payer_account_id,
    p.pool_key,
    p.slot,
    p.account_id,
    p.cost,
    a.cost as cost_alone
from paid as p
inner join alone as a
    on
        p.payer_account_id = a.payer_account_id
        and p.currency_code = a.currency_code
        and p.pool_key = a.pool_key
        and p.slot = a.slot
        and p.account_id = a.account_id
left join {{ ref('share_relief') }} as f
    on
        p.payer_account_id = f.payer_account_id
        and p.currency_code = f.currency_code
        and p.pool_key = f.pool_key
        and p.slot = f.slot
        and p.account_id = f.account_id
left join returned as r
    on
        p.payer_account_id = r.payer_account_id
        and p.currency_code = r.currency_code
        and p.pool_key = r.pool_key
        and p.slot = r.slot
where
    r.pool_key is null
    and p.cost <> a.cost - coalesce(f.relief, {{ zero() }})
    {% if var('sharing').mode != 'owner_only'
        or var('sharing').leakage_benefit.borrower != 0 -%}
    and false
    {%- endif %}
