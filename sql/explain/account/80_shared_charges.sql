-- Charges that several bear, and its part of them
with

{{ told_accounts('account_id = ' ~ param('account')) }},

entries as (
    select *
    from {{ source('published', 'charge_entries') }}
    where billing_period = '{{ var("billing_period") }}'
),

own as (
    select
        e.payer_account_id,
        e.currency_code,
        e.rule,
        e.part as rule_part,
        e.service_code,
        {{ sum_amount('e.real_cost') }} as cost
    from entries as e
    inner join told as t
        on
            e.account_id = t.account_id
            and t.shows_real
    where {{ is_of_the_account('e', has_category=false) }}
    group by
        e.payer_account_id,
        e.currency_code,
        e.rule,
        e.part,
        e.service_code
),

charges as (
    select
        e.payer_account_id,
        e.currency_code,
        e.rule,
        e.part as rule_part,
        e.service_code,
        count(distinct e.account_id) as bearers,
        {{ sum_amount('e.real_cost') }} as cost
    from entries as e
    inner join (
        select
            rule,
            service_code
        from own
        group by
            rule,
            service_code
    ) as o
        on
            e.rule = o.rule
            and e.service_code = o.service_code
    group by
        e.payer_account_id,
        e.currency_code,
        e.rule,
        e.part,
        e.service_code
),

all_weights as (
    select
        payer_account_id,
        currency_code,
        rule,
        part as rule_part,
        account_id,
        weight,
        sum(weight) over (
            partition by payer_account_id, currency_code, rule, part
        ) as weight_of_all
    from {{ source('published', 'charge_weights') }}
    where billing_period = '{{ var("billing_period") }}'
),

weights as (
    select
        b.payer_account_id,
        b.currency_code,
        b.rule,
        b.part as rule_part,
        b.weight,
        b.weight_of,
        a.weight as own_weight,
        a.weight_of_all
    from {{ source('published', 'charge_bearers') }} as b
    left join all_weights as a
        on
            b.payer_account_id = a.payer_account_id
            and b.currency_code = a.currency_code
            and b.rule = a.rule
            and b.part = a.rule_part
            and b.account_id = a.account_id
    where
        b.billing_period = '{{ var("billing_period") }}'
        and b.account_id = {{ param('account') }}
),

parts as (
    select
        o.rule || coalesce(', ' || nullif(o.rule_part, ''), '') as rule,
        o.service_code as service,
        {{ weight_text('w') }} as by_weight,
        w.own_weight,
        w.weight_of_all,
        c.bearers,
        c.cost as whole,
        cast(
            100.0 * cast(o.cost as double)
            / nullif(cast(c.cost as double), 0.0) as decimal(18, 4)
        ) as percent,
        o.cost,
        o.currency_code
    from own as o
    inner join charges as c
        on
            o.payer_account_id = c.payer_account_id
            and o.currency_code = c.currency_code
            and o.rule = c.rule
            and o.rule_part = c.rule_part
            and o.service_code = c.service_code
    left join weights as w
        on
            o.payer_account_id = w.payer_account_id
            and o.currency_code = w.currency_code
            and o.rule = w.rule
            and o.rule_part = w.rule_part
)

select
    rule,
    service,
    by_weight,
    {%- if not param('as_customer') %}
    bearers,
    weight_of_all,
    whole,
    {%- endif %}
    own_weight as its_weight,
    percent,
    cost as its_part,
    currency_code as currency
from parts
{%- if param('pool') %}
where false
{%- elif param('category') %}
where {{ param('category') }} = 'shared'
{%- endif %}
order by
    currency_code,
    abs(cost) desc,
    rule,
    service
