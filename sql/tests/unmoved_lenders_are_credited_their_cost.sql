-- In a slot whose lending is all in one circle, and where no unit returned to
-- its owner, who lends just what AWS took of it is credited what that cost.
with

coverage as (
    select * from {{ ref('pool_coverage') }}
    where is_open
),

circles as (
    select * from {{ ref('share_circle_costs') }}
),

lent_as_billed as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        owner_account_id as account_id,
        sum(covered_units) as units,
        sum(amortized_cost) as cost
    from coverage
    where account_id <> owner_account_id
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        owner_account_id
),

slots as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        count(distinct circle) as circle_count
    from circles
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot
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
    c.payer_account_id,
    c.pool_key,
    c.slot,
    c.account_id,
    c.lent_cost,
    b.cost
from circles as c
inner join lent_as_billed as b
    on
        c.payer_account_id = b.payer_account_id
        and c.currency_code = b.currency_code
        and c.pool_key = b.pool_key
        and c.slot = b.slot
        and c.account_id = b.account_id
inner join slots as s
    on
        c.payer_account_id = s.payer_account_id
        and c.currency_code = s.currency_code
        and c.pool_key = s.pool_key
        and c.slot = s.slot
left join returned as r
    on
        c.payer_account_id = r.payer_account_id
        and c.currency_code = r.currency_code
        and c.pool_key = r.pool_key
        and c.slot = r.slot
where
    s.circle_count = 1
    and r.pool_key is null
    and c.lent_units = b.units
    and c.lent_cost <> b.cost
    {% if var('sharing').leakage_benefit.lender == 'none' -%}
    and not c.is_leakage
    {%- endif %}
