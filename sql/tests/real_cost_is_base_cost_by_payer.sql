-- What all accounts of a payer really cost is what it was billed.
select
    payer_account_id,
    currency_code,
    sum(base_cost) as base_cost,
    sum(real_cost) as real_cost
from {{ ref('account_costs') }}
group by
    payer_account_id,
    currency_code
having sum(base_cost) <> sum(real_cost)
