-- By day, the dearest
with

{{ rows_of_the_line() }},

days as (
    select
        l.currency_code,
        cast(l.usage_start as date) as usage_date,
        count(distinct l.usage_start) as intervals,
        {{ sum_amount('l.usage_amount') }} as usage_amount,
        {{ sum_amount('l.base_cost') }} as base_cost,
        {{ sum_amount('l.real_cost') }} as real_cost
    from line as l
    inner join told as t
        on
            l.account_id = t.account_id
            and t.shows_real
    group by
        l.currency_code,
        cast(l.usage_start as date)
),

ranked as (
    select
        *,
        row_number() over (
            partition by currency_code
            order by abs(real_cost) desc, usage_date
        ) as place
    from days
),

rows_and_others as (
    select
        currency_code,
        place,
        cast(usage_date as varchar) as days,
        intervals,
        usage_amount,
        base_cost,
        real_cost
    from ranked
    where place <= 8

    union all

    select
        currency_code,
        9 as place,
        cast(count(*) as varchar) || ' more' as days,
        sum(intervals) as intervals,
        {{ sum_amount('usage_amount') }} as usage_amount,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost
    from ranked
    where place > 8
    group by currency_code
)

select
    days as day,
    intervals,
    {{ quantity('usage_amount') }} as usage,
    {%- if not param('as_customer') %}
    base_cost as billed,
    {%- endif %}
    real_cost as part,
    currency_code as currency
from rows_and_others
order by
    currency_code,
    place
