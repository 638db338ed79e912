-- A flat item says whom it is for and in which currency; a plan is for an
-- account, a group or all; nobody is paid for using, so that a discount ends
-- at 100 per cent.
select item as name
from {{ ref('custom_line_items') }}
where
    kind = 'flat'
    and (
        payer_account_id is null
        or account_id is null
        or currency_code is null
    )

union all

select rule as name
from {{ ref('price_rules') }}
where percentage < -100

union all

select price_plan as name
from {{ ref('price_plans') }}
where
    tax_percentage < {{ zero() }}
    or (account_id is not null and account_group is not null)

union all

select to_currency_code as name
from {{ ref('currency_rates') }}
where rate <= {{ zero() }}
