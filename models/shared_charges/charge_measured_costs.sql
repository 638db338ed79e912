with

bearers as (
    select * from {{ ref('charge_bearers') }}
),

account_costs as (
    select * from {{ ref('charge_account_costs') }}
),

support_services as (
    select * from {{ ref('support_services') }}
),

support as (
    select c.service_code
    from account_costs as c
    inner join support_services as s
        on
            {{ fits('c.service_code', 's.service_code') }}
            and {{ in_force('s') }}
    group by c.service_code
),

-- Support is priced on what AWS sells, before taxes and reductions, and not
-- on itself; so are other weights, unless a rule asks for the total.
-- https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/consolidatedbilling-support.html
-- https://aws.amazon.com/premiumsupport/partner-led-support/pricing/
counted as (
    select
        c.*,
        c.is_aws
            and s.service_code is null
            and c.category not in ('tax', 'credit', 'refund', 'discount')
            as is_sold_by_aws,
        c.category in (
            'own_commitment', 'borrowed', 'on_demand', 'tiered', 'usage'
        ) as is_usage
    from account_costs as c
    left join support as s
        on c.service_code = s.service_code
),

-- The cost that a weight looks at.
charge_measured_costs as (
    select
        b.payer_account_id,
        b.currency_code,
        b.rule,
        b.part,
        b.account_id,
        b.weight,
        b.weight_of,
        b.fixed_weight,
        {{ sum_amount('c.base_cost') }} as base_cost,
        {{ sum_amount(
            "case
                when b.weight = 'support' and c.is_sold_by_aws
                    then c.real_cost
                when coalesce(b.weight_of, c.service_code) <> c.service_code
                    then " ~ zero() ~ "
                when b.weight = 'total_cost' then c.real_cost
                when b.weight = 'real_cost' and c.is_sold_by_aws
                    then c.real_cost
                when b.weight = 'usage_cost'
                    and c.is_sold_by_aws
                    and c.is_usage
                    then c.real_cost
                else " ~ zero() ~ "
            end"
        ) }} as measured_cost
    from bearers as b
    inner join counted as c
        on
            b.payer_account_id = c.payer_account_id
            and b.currency_code = c.currency_code
            and b.account_id = c.account_id
    group by
        b.payer_account_id,
        b.currency_code,
        b.rule,
        b.part,
        b.account_id,
        b.weight,
        b.weight_of,
        b.fixed_weight
)

select * from charge_measured_costs
