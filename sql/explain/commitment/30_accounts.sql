-- Whose usage it covered, as AWS billed it
with

{{ commitment_asked() }},

lines as (
    select
        payer_account_id,
        currency_code,
        account_id,
        role,
        {{ sum_amount('units') }} as units,
        {{ sum_amount('amortized_cost') }} as cost
    from {{ source('published', 'pool_line_matches') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and commitment_arn = {{ param('commitment') }}
    group by
        payer_account_id,
        currency_code,
        account_id,
        role
),

-- Fees are what covered nothing; their capacity is not counted in their units.
users as (
    select
        c.currency_code,
        case
            when l.role <> 'covered' then 'nobody: its fees'
            when l.account_id = c.owner_account_id then 'its owner'
            else 'others'
        end as used_by,
        case
            when l.role = 'covered' then {{ called('l.account_id') }}
            else ''
        end as account,
        case when l.role = 'covered' then l.units else c.idle end as units,
        c.unit,
        l.cost
    from lines as l
    inner join commitment as c
        on
            l.payer_account_id = c.payer_account_id
            and l.currency_code = c.currency_code
    left join told as t
        on l.account_id = t.account_id
),

summed as (
    select
        currency_code,
        used_by,
        account,
        case
            when used_by = 'nobody: its fees' then max(units)
            else sum(units)
        end as units,
        min(unit) as unit,
        {{ sum_amount('cost') }} as cost
    from users
    group by
        currency_code,
        used_by,
        account
)

select
    used_by,
    account,
    {{ quantity('units') }} as units,
    unit,
    {{ by_unit('cost', 'units') }} as by_unit,
    cost as part,
    currency_code as currency
from summed
order by
    currency_code,
    abs(cost) desc,
    used_by,
    account
