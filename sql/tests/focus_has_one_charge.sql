-- A customer is charged once: what is billed, effective and contracted is the
-- same, and list cost is it, too, where there is no list price.
select *
from {{ ref('focus_cost_and_usage') }}
where
    effective_cost <> billed_cost
    or contracted_cost <> billed_cost
    or (list_unit_price is null and list_cost <> billed_cost)
