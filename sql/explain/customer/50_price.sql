-- From cost to charge: the price plan, other currency, rounding and tax
with

accounts as (
    select
        a.payer_account_id,
        a.currency_code,
        a.account_id,
        a.account_group,
        a.price_plan
    from {{ source('published', 'accounts') }} as a
    where
        a.billing_period = '{{ var("billing_period") }}'
        and a.customer = {{ param('customer') }}
),

statement as (
    select *
    from {{ source('published', 'statement_totals') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and customer = {{ param('customer') }}
),

charges as (
    select
        c.currency_code,
        {{ sum_amount('c.base_cost') }} as base_cost,
        {{ sum_amount('c.real_cost - c.base_cost') }} as moved_cost,
        {{ sum_amount('c.real_cost') }} as real_cost,
        {{ sum_amount('c.custom_charges') }} as custom_charges,
        {{ sum_amount('c.customer_cost') }} as customer_cost
    from {{ source('published', 'customer_charges') }} as c
    inner join accounts as a
        on
            c.payer_account_id = a.payer_account_id
            and c.currency_code = a.currency_code
            and c.account_id = a.account_id
    where c.billing_period = '{{ var("billing_period") }}'
    group by c.currency_code
),

{% if not param('as_customer') -%}
-- What every rule of a plan makes of real cost; without one, that is the price.
ruled as (
    select
        p.currency_code,
        p.price_plan,
        p.rule,
        p.basis,
        {{ sum_amount('p.price - p.real_cost') }} as cost
    from {{ source('published', 'price_amounts') }} as p
    inner join accounts as a
        on
            p.payer_account_id = a.payer_account_id
            and p.currency_code = a.currency_code
            and p.account_id = a.account_id
    where
        p.billing_period = '{{ var("billing_period") }}'
        and p.price_plan is not null
    group by
        p.currency_code,
        p.price_plan,
        p.rule,
        p.basis
),

price_rules as (
    select r.*
    from {{ ref('price_rules') }} as r
    where {{ in_force('r') }}
),

{% endif -%}
plans as (
    select p.*
    from {{ ref('price_plans') }} as p
    where {{ in_force('p') }}
),

-- The rows of the seed that gave its accounts their plans.
plans_used as (
    select
        p.price_plan,
        p.account_id,
        p.account_group,
        p.tax_percentage,
        p.invoice_currency_code,
        p.source
    from plans as p
    inner join accounts as a
        on
            p.price_plan = a.price_plan
            and (p.account_id is null or p.account_id = a.account_id)
            and (p.account_group is null or p.account_group = a.account_group)
    group by
        p.price_plan,
        p.account_id,
        p.account_group,
        p.tax_percentage,
        p.invoice_currency_code,
        p.source
),

lines as (
    select
        currency_code,
        {{ sum_amount('net_amount') }} as net_amount,
        {{ sum_amount('amount') }} as amount
    from {{ source('published', 'statement_lines') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and customer = {{ param('customer') }}
    group by currency_code
),

{% set no_amount = 'cast(null as decimal(28, 10))' -%}
steps as (
    {%- if not param('as_customer') %}
    {%- for step, cost in [
        ('as AWS billed it to its accounts', 'base_cost'),
        ('what sharing moved to or from them', 'moved_cost'),
        ('what they really cost', 'real_cost'),
    ] %}
    select
        {{ loop.index }} as position,
        '{{ step }}' as step,
        {{ cost }} as cost,
        currency_code,
        '' as source
    from charges

    union all
    {% endfor %}
    select
        4 as position,
        'plan ' || r.price_plan || case
            when s.rule is null then ': real cost, as no rule matches'
            else ', rule ' || r.rule || ': ' || replace(r.basis, '_', ' ')
                || case
                    when s.percentage < {{ zero() }} then ' - '
                    else ' + '
                end
                || cast(
                    cast(abs(s.percentage) as decimal(18, 2)) as varchar
                ) || ' %'
        end as step,
        r.cost,
        r.currency_code,
        coalesce(s.source, '') as source
    from ruled as r
    left join price_rules as s
        on
            r.price_plan = s.price_plan
            and r.rule = s.rule

    union all

    select
        5 as position,
        'further items (custom_line_items.csv)' as step,
        custom_charges as cost,
        currency_code,
        '' as source
    from charges
    where custom_charges <> {{ zero() }}

    union all
    {% endif %}
    select
        6 as position,
        'price before tax' as step,
        customer_cost as cost,
        currency_code,
        '' as source
    from charges

    union all

    select
        7 as position,
        '1 ' || billed_currency_code || ' = '
            || cast(cast(exchange_rate as decimal(18, 6)) as varchar) || ' '
            || currency_code || ', from ' || coalesce(exchange_rate_from, '')
            as step,
        {{ no_amount }} as cost,
        currency_code,
        coalesce(exchange_rate_source, '') as source
    from statement
    where exchange_rate is not null

    union all

    select
        8 as position,
        'lines of the statement, with ten digits' as step,
        net_amount as cost,
        currency_code,
        '' as source
    from lines

    union all

    select
        9 as position,
        'rounded once, as a whole' as step,
        {{ amount('amount - net_amount') }} as cost,
        currency_code,
        '' as source
    from lines

    union all

    select
        10 as position,
        {%- if not param('as_customer') %}
        'plan ' || price_plan || ', '
            || coalesce(
                'account ' || account_id, 'group ' || account_group,
                'all accounts'
            ) || ': ' ||
        {%- endif %}
            'tax '
            || cast(
                cast(coalesce(tax_percentage, {{ zero() }}) as decimal(18, 2))
                as varchar
            ) || ' %' || coalesce(', invoiced in ' || invoice_currency_code, '')
            as step,
        {{ no_amount }} as cost,
        '' as currency_code,
        {{ "''" if param('as_customer') else "coalesce(source, '')" }} as source
    from plans_used

    union all

    select
        11 as position,
        'tax, ' || cast({{ quantity('tax_percentage') }} as varchar) || ' % of '
            || cast({{ quantity('base') }} as varchar) as step,
        tax as cost,
        currency_code,
        '' as source
    from {{ source('published', 'statement_taxes') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and customer = {{ param('customer') }}

    union all

    select
        12 as position,
        'charged' as step,
        total as cost,
        currency_code,
        '' as source
    from statement
)

select
    step,
    cost as amount,
    currency_code as currency,
    source
from steps
order by
    position,
    abs(cost) desc,
    step
