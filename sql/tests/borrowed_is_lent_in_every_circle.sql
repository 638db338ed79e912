-- What is borrowed in a circle is lent in it, in every pool and hour.
select
    payer_account_id,
    currency_code,
    pool_key,
    slot,
    circle
from {{ ref('share_circle_costs') }}
group by
    payer_account_id,
    currency_code,
    pool_key,
    slot,
    circle
having sum(borrowed_units) <> sum(lent_units)
