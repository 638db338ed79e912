-- What usage it covered, and what was paid for nothing
with

{{ commitment_asked() }},

kinds as (
    select
        k.currency_code,
        k.role = 'covered' as is_covered,
        case
            when k.role = 'covered'
                then k.service_code || ' ' || coalesce(k.usage_type, '')
            else 'covered nothing: ' || k.line_item_type
        end as usage,
        coalesce(k.operation, '') as operation,
        {{ sum_amount('k.usage_amount') }} as usage_amount,
        {{ sum_amount('k.amortized_cost_of_others') }} as cost_of_others,
        {{ sum_amount('k.amortized_cost') }} as cost
    from {{ source('published', 'pool_commitment_kinds') }} as k
    inner join commitment as c
        on
            k.payer_account_id = c.payer_account_id
            and k.currency_code = c.currency_code
            and k.commitment_arn = c.commitment_arn
    where
        k.billing_period = '{{ var("billing_period") }}'
        and k.commitment_arn = {{ param('commitment') }}
    group by
        k.currency_code,
        k.role = 'covered',
        case
            when k.role = 'covered'
                then k.service_code || ' ' || coalesce(k.usage_type, '')
            else 'covered nothing: ' || k.line_item_type
        end,
        coalesce(k.operation, '')
),

ranked as (
    select
        *,
        row_number() over (
            partition by currency_code
            order by abs(cost) desc, usage, operation
        ) as place
    from kinds
),

rows_and_others as (
    select
        currency_code,
        place,
        usage,
        case when is_covered then operation else '' end as operation,
        case when is_covered then usage_amount end as usage_amount,
        cost_of_others,
        cost
    from ranked
    where place <= 15

    union all

    select
        currency_code,
        16 as place,
        cast(count(*) as varchar) || ' more' as usage,
        '' as operation,
        null as usage_amount,
        {{ sum_amount('cost_of_others') }} as cost_of_others,
        {{ sum_amount('cost') }} as cost
    from ranked
    where place > 15
    group by currency_code
)

select
    usage,
    operation,
    {{ quantity('usage_amount') }} as quantity,
    cost_of_others as of_it_by_others,
    cost as part,
    currency_code as currency
from rows_and_others
order by
    currency_code,
    place
