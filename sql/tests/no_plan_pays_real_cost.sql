-- A customer without a price plan pays real cost, and its own line items.
select *
from {{ ref('customer_charges') }}
where
    price_plan is null
    and (customer_cost <> real_cost + custom_charges or tax <> {{ zero() }})
