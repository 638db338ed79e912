-- Read net, no discount is lost and none counted twice: what lines cost is
-- what the report bills before discounts, which are lines, too.
with

staged as (
    select
        payer_account_id,
        currency_code,
        {{ sum_amount('billed_cost') }} as billed_cost
    from {{ ref('stg_line_items') }}
    group by
        payer_account_id,
        currency_code
)

select
    m.*,
    s.billed_cost
from {{ ref('stg_payer_metrics') }} as m
left join staged as s
    on
        m.payer_account_id = s.payer_account_id
        and m.currency_code = s.currency_code
where
    abs({{ amount(
        'coalesce(s.billed_cost, ' ~ zero() ~ ') - m.unblended_cost'
    ) }}) > case when m.is_net then m.tolerance else {{ zero() }} end
