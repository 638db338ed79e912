-- Who borrows just what AWS gave it, and uses of its own just what AWS covered,
-- pays for every line what it was billed, whatever happens to others: if costs
-- are amortised and the benefit is the borrower's.
{% set leakage_pays_cost = var('sharing').leakage_benefit.borrower == 1 %}
with

lines as (
    select * from {{ ref('pool_line_items') }}
),

circles as (
    select * from {{ ref('share_circle_units') }}
),

positions as (
    select * from {{ ref('share_positions') }}
),

billed as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        sum(case when is_own_covered then units end) as own_units,
        sum(
            case when role = 'covered' and not is_own_covered then units end
        ) as other_units
    from lines
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
),

borrowed as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        sum(borrowed_units) as units,
        sum(case when is_leakage then borrowed_units end) as leaked_units
    from circles
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
),

unmoved as (
    select b.*
    from billed as b
    inner join positions as p
        on
            b.payer_account_id = p.payer_account_id
            and b.currency_code = p.currency_code
            and b.pool_key = p.pool_key
            and b.slot = p.slot
            and b.account_id = p.account_id
    left join borrowed as c
        on
            b.payer_account_id = c.payer_account_id
            and b.currency_code = c.currency_code
            and b.pool_key = c.pool_key
            and b.slot = c.slot
            and b.account_id = c.account_id
    where
        coalesce(c.units, 0) = coalesce(b.other_units, 0)
        and p.own_use = coalesce(b.own_units, 0)
        and (
            coalesce(c.leaked_units, 0) = 0
            {% if leakage_pays_cost -%} or true {%- endif %}
        )
)

select
    l.payer_account_id,
    l.pool_key,
    l.slot,
    l.account_id,
    l.line_item_id,
    l.base_cost,
    l.real_cost
from {{ ref('share_line_costs') }} as l
inner join unmoved as u
    on
        l.payer_account_id = u.payer_account_id
        and l.currency_code = u.currency_code
        and l.pool_key = u.pool_key
        and l.slot = u.slot
        and l.account_id = u.account_id
where
    l.base_cost <> l.real_cost
    {% if var('cost_basis') != 'amortized' or var('sharing').benefit.borrower != 1
    -%}
    and false
    {%- endif %}
