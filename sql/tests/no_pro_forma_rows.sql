-- Billing Conductor's pro forma reports show invented prices; they are no
-- bill and are refused.
-- https://docs.aws.amazon.com/billingconductor/latest/userguide/understanding-proforma.html
select *
from {{ ref('stg_bills') }}
where
    lower(billing_entity) like '%billing conductor%'
    or lower(bill_type) like 'pro%forma%'
