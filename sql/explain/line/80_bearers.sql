-- Who bears the charge instead
with

{{ rows_of_the_line() }},

-- Lines of a rule, service, category and day are one charge.
charges as (
    select
        l.payer_account_id,
        l.currency_code,
        l.rule,
        l.service_code,
        l.category,
        cast(l.usage_start as date) as usage_date
    from line as l
    inner join told as t
        on
            l.account_id = t.account_id
            and t.shows_real
    where
        l.pool_key is null
        and l.tier_group is null
        and l.real_cost <> l.base_cost
    group by
        l.payer_account_id,
        l.currency_code,
        l.rule,
        l.service_code,
        l.category,
        cast(l.usage_start as date)
),

borne as (
    select
        e.currency_code,
        e.rule || coalesce(', ' || nullif(e.part, ''), '') as rule,
        {{ called('e.account_id') }} as account,
        e.real_cost
    from charges as c
    inner join {{ source('published', 'charge_entries') }} as e
        on
            c.payer_account_id = e.payer_account_id
            and c.currency_code = e.currency_code
            and c.rule = e.rule
            and c.service_code = e.service_code
            and c.category = e.charged_category
            and c.usage_date = cast(e.usage_start as date)
            and e.billing_period = '{{ var("billing_period") }}'
    left join told as t
        on e.account_id = t.account_id
),

bearers as (
    select
        currency_code,
        rule,
        account,
        {{ sum_amount('real_cost') }} as cost
    from borne
    group by
        currency_code,
        rule,
        account
),

ranked as (
    select
        *,
        {{ total_over('cost', 'currency_code, rule') }} as whole,
        row_number() over (
            partition by currency_code
            order by abs(cost) desc, rule, account
        ) as place
    from bearers
),

rows_and_others as (
    select
        currency_code,
        place,
        rule,
        account,
        whole,
        cost
    from ranked
    where place <= 20

    union all

    select
        currency_code,
        21 as place,
        rule,
        cast(count(*) as varchar) || ' more' as account,
        whole,
        {{ sum_amount('cost') }} as cost
    from ranked
    where place > 20
    group by
        currency_code,
        rule,
        whole
)

select
    rule,
    account,
    cast(
        100.0 * cast(cost as double) / nullif(cast(whole as double), 0.0)
        as decimal(18, 4)
    ) as percent,
    cost as bears,
    currency_code as currency
from rows_and_others
order by
    currency_code,
    place,
    rule
