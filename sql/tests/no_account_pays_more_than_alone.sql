-- Where every tier is cheaper than the one before, pooling harms nobody: not
-- by stand-alone cost, nor by Shapley. By usage it can: a small account in the
-- first tiers pays everybody's rate.
with

tier_rates as (
    select * from {{ ref('tier_rates') }}
),

{{ rates_by_tier_group() }},

dearer_later as (
    select early.tier_group
    from rates as early
    inner join rates as late
        on
            early.tier_group = late.tier_group
            and early.from_quantity < late.from_quantity
            and early.rate < late.rate
    group by early.tier_group
)

select c.*
from {{ ref('tier_account_costs') }} as c
left join dearer_later as d
    on c.tier_group = d.tier_group
where
    d.tier_group is null
    and c.standalone_cost > {{ zero() }}
    and c.real_cost
        > {{ amount('c.standalone_cost + ' ~ amount("0.000000001")) }}
    {% if var('tiers').policy not in ['standalone', 'shapley', 'keep'] -%}
    and false
    {%- endif %}
