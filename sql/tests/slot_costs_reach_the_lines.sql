-- What accounts pay in a slot is what stands on their lines, each category by
-- itself. As billed, lines keep their cost and slots are not asked.
with

both_sides as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        own_cost,
        borrowed_cost,
        on_demand_cost
    from {{ ref('share_slot_costs') }}

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        {{ amount('-own_cost') }} as own_cost,
        {{ amount('-borrowed_cost') }} as borrowed_cost,
        {{ amount('-on_demand_cost') }} as on_demand_cost
    from {{ ref('share_line_costs') }}
)

select
    payer_account_id,
    currency_code,
    pool_key,
    slot,
    account_id
from both_sides
{% if var('sharing').policy == 'as_billed' -%}
where false
{% endif -%}
group by
    payer_account_id,
    currency_code,
    pool_key,
    slot,
    account_id
having
    sum(own_cost) <> {{ zero() }}
    or sum(borrowed_cost) <> {{ zero() }}
    or sum(on_demand_cost) <> {{ zero() }}
