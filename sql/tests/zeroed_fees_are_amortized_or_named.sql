-- An upfront fee counts 0 because its parts count in the months of its term:
-- where none is in this month, reconciliation says so.
with

zeroed as (
    select
        payer_account_id,
        currency_code,
        commitment_arn,
        {{ sum_amount('billed_cost') }} as cost
    from {{ ref('stg_line_items') }}
    where
        line_item_type in ('Fee', 'SavingsPlanUpfrontFee')
        and amortized_cost = {{ zero() }}
        and billed_cost <> {{ zero() }}
    group by
        payer_account_id,
        currency_code,
        commitment_arn
),

amortized as (
    select
        payer_account_id,
        currency_code,
        commitment_arn,
        {{ sum_amount(amount(
            'reservation_upfront_of_usage + reservation_unused_upfront '
            ~ '+ reservation_upfront + plan_upfront'
        )) }} as upfront
    from {{ ref('stg_report_sums') }}
    group by
        payer_account_id,
        currency_code,
        commitment_arn
)

select z.*
from zeroed as z
left join amortized as a
    on
        z.payer_account_id = a.payer_account_id
        and z.currency_code = a.currency_code
        and z.commitment_arn = a.commitment_arn
left join {{ ref('reconciliation') }} as r
    on
        z.payer_account_id = r.payer_account_id
        and z.currency_code = r.currency_code
        and r.check_name = 'unamortized_fee/' || z.commitment_arn
where
    coalesce(a.upfront, {{ zero() }}) = {{ zero() }}
    and r.check_name is null
