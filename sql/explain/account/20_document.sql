-- The document that it starts from
with

{{ published_run() }},

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
        and a.account_id = {{ param('account') }}
),

facts as (
    {{ facts_of_the_run() }}

    union all

    {{ facts_of_bills() }}
)

select
    f.fact,
    f.value
from facts as f
cross join (select count(*) as found from bills) as b
where b.found > 0
order by
    f.position,
    f.value
