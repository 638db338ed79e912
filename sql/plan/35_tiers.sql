-- Volume tiers: what groups cost, and what moves between accounts
with

sides as (
    {{- before_and_after('tier_benefits', [
        'tier_group', 'currency_code', 'account_id', 'usage_amount', 'real_cost'
    ]) }}
),

{{ comparable(['currency_code', 'tier_group', 'usage_amount', 'real_cost']) }},

accounts as (
    select
        tier_group,
        currency_code,
        account_id,
        {{ sum_before('usage_amount') }} as units_before,
        {{ sum_after('usage_amount') }} as units_after,
        {{ sum_before('real_cost') }} as cost_before,
        {{ sum_after('real_cost') }} as cost_after,
        {{ change_of('real_cost') }} as moved
    from sides
    group by
        tier_group,
        currency_code,
        account_id
),

{{ sums_of_accounts('tier_group') }},

{{ largest_first(
    'sums', 'tier_group', 'all groups', comes_to_a_cent('s.moved'), 'moved',
    ['cost_before', 'cost_after', 'moved'], ['units_before', 'units_after']
) }}

select
    tier_group as "group",
    cast(units_before as decimal(18, 2)) as usage_before,
    cast(units_after as decimal(18, 2)) as usage_after,
    cast(cost_before as decimal(18, 2)) as cost_before,
    cast(cost_after as decimal(18, 2)) as cost_after,
    cast(cost_after - cost_before as decimal(18, 2)) as difference,
    cast(moved as decimal(18, 2)) as moved,
    currency_code as currency
from rows_and_total
order by
    currency_code,
    position,
    place
