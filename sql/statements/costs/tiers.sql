-- What accounts save by being priced together
select
    t.customer,
    cast(sum(b.saving) as decimal(18, 2)) as saving,
    b.currency_code
from {{ source('published', 'tier_benefits') }} as b
inner join {{ source('published', 'accounts') }} as a
    on
        b.billing_period = a.billing_period
        and b.payer_account_id = a.payer_account_id
        and b.currency_code = a.currency_code
        and b.account_id = a.account_id
inner join {{ source('published', 'statement_totals') }} as t
    on
        b.billing_period = t.billing_period
        and a.customer = t.customer
        and t.shows_cost
where b.billing_period = '{{ var("billing_period") }}'
group by
    t.customer,
    b.currency_code
order by
    t.customer,
    b.currency_code
