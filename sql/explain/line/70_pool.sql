-- The pool in these hours: who used, lent and borrowed its units
with

{{ rows_of_the_line() }},

slots as (
    select
        l.payer_account_id,
        l.currency_code,
        l.pool_key,
        l.usage_start,
        min(l.account_id) as account_id
    from line as l
    inner join told as t
        on
            l.account_id = t.account_id
            and t.shows_real
    where l.pool_key is not null
    group by
        l.payer_account_id,
        l.currency_code,
        l.pool_key,
        l.usage_start
    having sum(l.units) > {{ zero() }}
),

paid as (
    select
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        c.slot,
        c.account_id,
        {{ sum_amount('c.borrowed_cost - c.lending_credit') }} as cost
    from slots as s
    inner join {{ source('published', 'share_circle_costs') }} as c
        on
            s.payer_account_id = c.payer_account_id
            and s.currency_code = c.currency_code
            and s.pool_key = c.pool_key
            and s.usage_start = c.slot
    where
        c.billing_period = '{{ var("billing_period") }}'
        {%- if param('at') %}
        and {{ is_in_the_hour('c.slot') }}
        {%- endif %}
    group by
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        c.slot,
        c.account_id
),

positions as (
    select
        p.currency_code,
        {{ called('p.account_id') }} as account,
        case when p.account_id = s.account_id then 0 else 1 end as position,
        p.demand,
        p.capacity,
        p.own_covered_units,
        p.other_covered_units,
        p.uncovered_units,
        m.own_use,
        m.borrowed_units,
        m.lent_units,
        m.on_demand_units,
        coalesce(c.cost, {{ zero() }}) as cost
    from slots as s
    inner join {{ source('published', 'share_positions') }} as p
        on
            s.payer_account_id = p.payer_account_id
            and s.currency_code = p.currency_code
            and s.pool_key = p.pool_key
            and s.usage_start = p.slot
    inner join {{ source('published', 'share_moves') }} as m
        on
            p.payer_account_id = m.payer_account_id
            and p.currency_code = m.currency_code
            and p.pool_key = m.pool_key
            and p.slot = m.slot
            and p.account_id = m.account_id
    left join paid as c
        on
            p.payer_account_id = c.payer_account_id
            and p.currency_code = c.currency_code
            and p.pool_key = c.pool_key
            and p.slot = c.slot
            and p.account_id = c.account_id
    left join told as t
        on p.account_id = t.account_id
    where
        p.billing_period = '{{ var("billing_period") }}'
        and m.billing_period = '{{ var("billing_period") }}'
        {%- if param('at') %}
        and {{ is_in_the_hour('p.slot') }}
        and {{ is_in_the_hour('m.slot') }}
        {%- endif %}
),

{% set units = [
    'demand', 'capacity', 'own_covered_units', 'other_covered_units',
    'uncovered_units', 'own_use', 'borrowed_units', 'lent_units',
    'on_demand_units', 'cost'
] -%}
accounts as (
    select
        currency_code,
        account,
        min(position) as position,
        {%- for name in units %}
        {{ sum_amount(name) }} as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from positions
    group by
        currency_code,
        account
),

ranked as (
    select
        *,
        row_number() over (
            partition by currency_code
            order by position, abs(cost) desc, demand desc, account
        ) as place
    from accounts
),

rows_and_others as (
    select
        currency_code,
        place,
        account,
        {%- for name in units %}
        {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from ranked
    where place <= 15

    union all

    select
        currency_code,
        16 as place,
        cast(count(*) as varchar) || ' more' as account,
        {%- for name in units %}
        {{ sum_amount(name) }} as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from ranked
    where place > 15
    group by currency_code
)

{% set digits = 4 if param('at') else 2 -%}
-- First what AWS billed as covered by own commitments, by those of others, and
-- as on demand; then what there is of each now.
select
    account,
    {%- for units, name in [
        ('demand', 'used'), ('capacity', 'owned'),
        ('own_covered_units', 'billed_own'),
        ('other_covered_units', 'billed_others'),
        ('uncovered_units', 'billed_on_demand'),
        ('own_use', 'own_use'), ('borrowed_units', 'borrowed'),
        ('lent_units', 'lent'), ('on_demand_units', 'on_demand'),
    ] %}
    {{ quantity(units, digits) }} as {{ name }},
    {%- endfor %}
    cost as pays,
    currency_code as currency
from rows_and_others
order by
    currency_code,
    place
