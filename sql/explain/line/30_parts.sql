-- What became of it
with

{{ rows_of_the_line() }},

moved as (
    select
        l.currency_code,
        l.category,
        l.unit,
        case
            when l.real_cost = l.base_cost then 'stays as AWS billed it'
            when l.category = 'tiered' then 'its part of the price of all'
            when l.category = 'unused_commitment'
                then 'a fee of others, who bear it'
            when l.category = 'borrowed' and l.part > 1 then 'borrowed now'
            when l.category = 'borrowed' and l.units = {{ zero() }}
                then 'no longer borrowed'
            when l.category = 'borrowed' and l.real_cost < l.base_cost
                then 'still borrowed; the rest goes to owners or others'
            when l.category = 'borrowed' then 'paid beyond what it cost'
            when l.category = 'own_commitment'
                then 'taken back from the own commitments'
            when l.category = 'on_demand' and l.part > 1 then 'on demand now'
            when l.category = 'on_demand' and l.units = {{ zero() }}
                then 'no longer on demand'
            when l.category = 'on_demand'
                then 'still on demand; the rest is covered'
            else 'given to all that bear ' || l.rule
        end as became,
        case
            when l.real_cost = l.base_cost then ''
            else {{ decided_by() }}
        end as decided_by,
        l.part,
        l.usage_start,
        l.units,
        l.base_cost,
        l.real_cost
    from line as l
    inner join told as t
        on
            l.account_id = t.account_id
            and t.shows_real
),

parts as (
    select
        currency_code,
        category,
        became,
        decided_by,
        min(part) as part_number,
        count(distinct usage_start) as intervals,
        {{ sum_amount('units') }} as units,
        min(unit) as unit,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost
    from moved
    group by
        currency_code,
        category,
        became,
        decided_by
)

select
    category,
    became,
    intervals,
    case
        when units <> {{ zero() }}
            then {{ quantity('units', 4 if param('at') else 2) }}
    end as units,
    case when units <> {{ zero() }} then unit else '' end as unit,
    {%- if not param('as_customer') %}
    base_cost as billed,
    {%- endif %}
    real_cost as part,
    currency_code as currency,
    decided_by
from parts
order by
    currency_code,
    abs(real_cost) desc,
    part_number,
    category,
    became
