-- What the account really cost
with

{{ costs_of_the_account() }}

select
    max(t.label) as account,
    {%- if not param('as_customer') %}
    max(t.account_group) as "group",
    max(t.customer) as customer,
    {{ sum_amount('c.base_cost') }} as billed,
    {%- else %}
    case when min(case when c.shows_real then 1 else 0 end) = 1
        then 'real cost' else 'price before tax and further items' end
        as what,
    {%- endif %}
    {{ sum_amount('c.real_cost') }} as figure,
    c.currency_code as currency
from costs as c
inner join told as t
    on c.account_id = t.account_id
group by c.currency_code
order by
    abs(sum(c.real_cost)) desc,
    c.currency_code
