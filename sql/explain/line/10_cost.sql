-- What the line really cost
with

{{ rows_of_the_line() }}

select
    {{ one_or_more('t.label') }} as account,
    {{ one_or_more('l.service_code') }} as service,
    {{ one_or_more('l.line_item_type') }} as type,
    count(distinct l.usage_start) as intervals,
    {%- if not param('as_customer') %}
    {{ sum_amount('l.base_cost') }} as billed,
    {%- endif %}
    {{ sum_amount('l.real_cost') }} as figure,
    l.currency_code as currency
from line as l
inner join told as t
    on
        l.account_id = t.account_id
        and t.shows_real
group by l.currency_code
order by
    abs(sum(l.real_cost)) desc,
    l.currency_code
