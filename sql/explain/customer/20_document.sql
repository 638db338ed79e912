-- The document that it starts from
with

statement as (
    select *
    from {{ source('published', 'statement_totals') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and customer = {{ param('customer') }}
),

{{ published_run() }},

-- A customer's accounts may be of several bills.
bills as (
    select
        a.payer_account_id,
        a.currency_code,
        m.is_open,
        m.is_net
    from {{ source('published', 'accounts') }} as a
    left join {{ source('published', 'stg_payer_metrics') }} as m
        on
            a.billing_period = m.billing_period
            and a.payer_account_id = m.payer_account_id
            and a.currency_code = m.currency_code
    where
        a.billing_period = '{{ var("billing_period") }}'
        and a.customer = {{ param('customer') }}
    group by
        a.payer_account_id,
        a.currency_code,
        m.is_open,
        m.is_net
),

facts as (
    {{ facts_of_the_run() }}

    union all

    {{ facts_of_bills() }}

    union all

    select
        7 as position,
        'statement' as fact,
        cast(line_count as varchar) || ' lines'
        || case
            when is_provisional then ', provisional: AWS has not closed a bill'
            else ''
        end
        {%- if not param('as_customer') %}
        || case
            when shows_cost then ', shows what AWS billed'
            else ', shows no cost of AWS'
        end
        {%- endif %} as value
    from statement
)

select
    f.fact,
    f.value
from facts as f
cross join (select count(*) as found from statement) as s
where s.found > 0
order by
    f.position,
    f.value
