-- What the commitment cost in the month
with

{{ commitment_asked() }}

select
    owner,
    case kind when 'savings_plan' then 'savings plan' else kind end as kind,
    offering,
    payment_option as payment,
    unused_cost as of_it_unused,
    cost as figure,
    currency_code as currency
from (
    select
        min(owner) as owner,
        min(kind) as kind,
        min(offering) as offering,
        min(payment_option) as payment_option,
        {{ sum_amount('unused_cost') }} as unused_cost,
        {{ sum_amount('cost') }} as cost,
        currency_code
    from commitment
    group by currency_code
) as c
order by
    abs(cost) desc,
    currency_code
