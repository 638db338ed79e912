-- The document that it starts from
with

{{ published_run() }},

{{ bills_of('a.account_id = ' ~ param('account')) }},

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
