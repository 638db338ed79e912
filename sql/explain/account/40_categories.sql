-- By category and service, the largest first
with

{{ costs_of_the_account() }},

ranked as (
    select
        *,
        row_number() over (
            partition by currency_code
            order by
                abs(real_cost) desc,
                abs(base_cost) desc,
                category,
                service_code
        ) as place
    from costs
),

-- What cost nothing is told where there is nothing else.
costly as (
    select *
    from ranked
    where
        place = 1
        or real_cost <> {{ zero() }}
        or base_cost <> {{ zero() }}
),

-- What does not fit a screen is one row.
rows_and_others as (
    select
        place,
        currency_code,
        category,
        service_code as service,
        base_cost,
        real_cost,
        case when shows_real then {{ meaning_of('category') }} else '' end
            as meaning
    from costly
    where place <= 14

    union all

    select
        15 as place,
        currency_code,
        'others' as category,
        cast(count(*) as varchar) || ' more' as service,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost,
        '' as meaning
    from costly
    where place > 14
    group by currency_code
)

select
    category,
    service,
    {%- if not param('as_customer') %}
    base_cost as billed,
    {%- endif %}
    real_cost as part,
    currency_code as currency,
    meaning
from rows_and_others
order by
    currency_code,
    place
