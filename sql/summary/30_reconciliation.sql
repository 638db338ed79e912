-- Reconciliation: the invoice, the amortised month and the sum of real cost
select
    check_name as "check",
    invoice_id as invoice,
    cast(expected as decimal(18, 2)) as expected,
    cast(actual as decimal(18, 2)) as actual,
    difference,
    passed,
    note
from {{ ref('reconciliation') }}
order by
    case when invoice_id is null then 1 else 0 end,
    payer_account_id,
    currency_code,
    invoice_id,
    check_name
