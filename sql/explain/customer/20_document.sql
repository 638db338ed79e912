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

{{ bills_of('a.customer = ' ~ param('customer')) }},

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
