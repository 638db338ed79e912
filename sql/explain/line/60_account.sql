-- Its account, in the pool in these hours or in the tier group
with

{{ rows_of_the_line() }},

slots as (
    select
        l.payer_account_id,
        l.currency_code,
        l.account_id,
        l.pool_key,
        l.usage_start,
        max(l.unit) as unit,
        {{ sum_amount('l.units') }} as units,
        {{ sum_amount('l.base_cost') }} as base_cost,
        {{ sum_amount('l.real_cost') }} as real_cost
    from line as l
    inner join told as t
        on
            l.account_id = t.account_id
            and t.shows_real
    where l.pool_key is not null
    group by
        l.payer_account_id,
        l.currency_code,
        l.account_id,
        l.pool_key,
        l.usage_start
    having sum(l.units) > {{ zero() }}
),

-- Only in open slots something could move.
pooled as (
    select
        s.currency_code,
        max(s.unit) as unit,
        {{ sum_amount('s.units') }} as line_units,
        {{ sum_amount('s.base_cost') }} as line_base_cost,
        {{ sum_amount('s.real_cost') }} as line_cost,
        {{ sum_amount('p.demand') }} as demand,
        {{ sum_amount('p.own_covered_units') }} as own_covered_units,
        {{ sum_amount('p.other_covered_units') }} as other_covered_units,
        {{ sum_amount('p.other_covered_cost') }} as other_covered_cost,
        {{ sum_amount('p.uncovered_units') }} as uncovered_units,
        {{ sum_amount('p.uncovered_cost') }} as uncovered_cost,
        {{ sum_amount('p.own_use') }} as own_use,
        {{ sum_amount('c.own_cost_of_covered + c.own_cost_of_uncovered') }}
            as own_cost,
        {{ sum_amount('c.still_borrowed') }} as still_borrowed,
        {{ sum_amount(
            'c.still_borrowed_at_cost + c.still_borrowed_by_value'
        ) }} as still_borrowed_cost,
        {{ sum_amount('c.newly_borrowed') }} as newly_borrowed,
        {{ sum_amount('c.taken_at_cost + c.taken_by_value') }}
            as newly_borrowed_cost,
        {{ sum_amount('m.on_demand_units') }} as on_demand_units,
        {{ sum_amount(
            'p.uncovered_cost - c.offered_cost + c.kept_cost '
            ~ '+ c.received_uncovered_cost'
        ) }} as on_demand_cost
    from slots as s
    {%- for table, t in [
        ('share_positions', 'p'), ('share_moves', 'm'),
        ('share_slot_costs', 'c'),
    ] %}
    inner join {{ source('published', table) }} as {{ t }}
        on
            s.payer_account_id = {{ t }}.payer_account_id
            and s.currency_code = {{ t }}.currency_code
            and s.pool_key = {{ t }}.pool_key
            and s.usage_start = {{ t }}.slot
            and s.account_id = {{ t }}.account_id
            and {{ t }}.billing_period = '{{ var("billing_period") }}'
            {%- if param('at') %}
            and {{ is_in_the_hour(t ~ '.slot') }}
            {%- endif %}
    {%- endfor %}
    group by s.currency_code
),

tiered_lines as (
    select
        l.payer_account_id,
        l.currency_code,
        l.account_id,
        l.tier_group,
        {{ sum_amount('l.usage_amount') }} as usage_amount,
        {{ sum_amount('l.base_cost') }} as base_cost,
        {{ sum_amount('l.real_cost') }} as real_cost
    from line as l
    inner join told as t
        on
            l.account_id = t.account_id
            and t.shows_real
    where l.tier_group is not null
    group by
        l.payer_account_id,
        l.currency_code,
        l.account_id,
        l.tier_group
),

-- An account's cost of a tier group is spread over its lines by usage.
tiered as (
    select
        l.currency_code,
        b.usage_unit as unit,
        l.usage_amount as line_units,
        l.base_cost as line_base_cost,
        l.real_cost as line_cost,
        b.usage_amount as demand,
        b.free_usage,
        b.base_cost,
        b.real_cost
    from tiered_lines as l
    inner join {{ source('published', 'tier_benefits') }} as b
        on
            l.payer_account_id = b.payer_account_id
            and l.currency_code = b.currency_code
            and l.account_id = b.account_id
            and l.tier_group = b.tier_group
            and b.billing_period = '{{ var("billing_period") }}'
),

{% set no_amount = 'cast(null as decimal(28, 10))' -%}
{% set steps = [
    ('pooled', 'as billed', 'used, as far as the pool could cover it',
        'demand', no_amount),
    ('pooled', 'as billed', 'covered by its own commitments',
        'own_covered_units', no_amount),
    ('pooled', 'as billed', 'covered by commitments of others',
        'other_covered_units', 'other_covered_cost'),
    ('pooled', 'as billed', 'on demand', 'uncovered_units', 'uncovered_cost'),
    ('pooled', 'as billed', 'this line', 'line_units', 'line_base_cost'),
    ('pooled', 'now', 'own commitments first; cost of what it takes back',
        'own_use', 'own_cost'),
    ('pooled', 'now', 'borrowed as before', 'still_borrowed',
        'still_borrowed_cost'),
    ('pooled', 'now', 'borrowed in addition', 'newly_borrowed',
        'newly_borrowed_cost'),
    ('pooled', 'now', 'on demand', 'on_demand_units', 'on_demand_cost'),
    ('pooled', 'now', 'this line, by its units and prices', 'line_units',
        'line_cost'),
    ('tiered', 'as billed', 'used in the tier group', 'demand', 'base_cost'),
    ('tiered', 'as billed', 'of it free', 'free_usage', no_amount),
    ('tiered', 'as billed', 'this line', 'line_units', 'line_base_cost'),
    ('tiered', 'now', 'its part of the price of all', 'demand', 'real_cost'),
    ('tiered', 'now', 'this line, by its usage', 'line_units', 'line_cost'),
] -%}
steps as (
    {%- for relation, moment, step, units, cost in steps %}
    select
        currency_code,
        {{ loop.index }} as position,
        '{{ moment }}' as moment,
        '{{ step }}' as step,
        {{ units }} as units,
        unit,
        {{ no_amount if param('as_customer') and moment == 'as billed'
            else cost }} as cost
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select
    moment as "when",
    step,
    {{ quantity('units', 4 if param('at') else 2) }} as units,
    unit,
    cost as amount,
    currency_code as currency
from steps
where
    units <> {{ zero() }}
    or cost <> {{ zero() }}
order by
    currency_code,
    position
