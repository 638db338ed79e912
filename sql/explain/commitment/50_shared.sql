-- What became of its owner's units in the pool, all its commitments together
with

{{ commitment_asked() }},

usage as (
    select u.*
    from {{ source('published', 'commitment_usage') }} as u
    inner join commitment as c
        on
            u.payer_account_id = c.payer_account_id
            and u.currency_code = c.currency_code
            and u.owner_account_id = c.owner_account_id
            and u.pool_key = c.pool_key
    where u.billing_period = '{{ var("billing_period") }}'
),

lent as (
    select
        u.currency_code,
        case
            when p.circle = 'leakage' then 'leaked to, against the wish'
            else 'lent to'
        end as step,
        {{ called('p.borrower_account_id') }} as account,
        min(u.unit) as unit,
        {{ sum_amount('p.units') }} as units,
        {{ sum_amount('p.credited') }} as credited
    from usage as u
    inner join {{ source('published', 'transfer_pairs') }} as p
        on
            u.payer_account_id = p.payer_account_id
            and u.currency_code = p.currency_code
            and u.pool_key = p.pool_key
            and u.owner_account_id = p.lender_account_id
    left join told as t
        on p.borrower_account_id = t.account_id
    where p.billing_period = '{{ var("billing_period") }}'
    group by
        u.currency_code,
        case
            when p.circle = 'leakage' then 'leaked to, against the wish'
            else 'lent to'
        end,
        {{ called('p.borrower_account_id') }}
),

{% set no_amount = 'cast(null as decimal(28, 10))' -%}
steps as (
    {%- for position, step, units, cost in [
        (1, 'offered, and what it cost', 'capacity', 'cost'),
        (2, 'used by its owner', 'own_use', no_amount),
        (4, 'unused', 'unused', no_amount),
    ] %}
    select
        currency_code,
        {{ position }} as position,
        '{{ step }}' as step,
        '' as account,
        {{ units }} as units,
        unit,
        {{ cost }} as cost,
        {{ no_amount }} as credited
    from usage

    union all
    {% endfor %}
    select
        currency_code,
        3 as position,
        step,
        account,
        units,
        unit,
        {{ no_amount }} as cost,
        credited
    from lent
)

select
    step,
    account,
    {{ quantity('units') }} as units,
    unit,
    cost as costs,
    credited,
    currency_code as currency
from steps
order by
    currency_code,
    position,
    abs(credited) desc,
    units desc,
    step,
    account
