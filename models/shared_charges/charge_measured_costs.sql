with

bearers as (
    select * from {{ ref('charge_bearers') }}
),

account_costs as (
    select * from {{ ref('charge_account_costs') }}
),

-- The cost that a weight looks at. Support is priced on usage and fees, each
-- account by itself, before taxes and reductions.
-- https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/consolidatedbilling-support.html
charge_measured_costs as (
    select
        b.payer_account_id,
        b.currency_code,
        b.rule,
        b.account_id,
        b.weight,
        b.weight_of,
        b.fixed_weight,
        {{ sum_amount('c.base_cost') }} as base_cost,
        {{ sum_amount(
            "case
                when b.weight = 'real_cost' then c.real_cost
                when b.weight = 'usage_cost'
                    and coalesce(b.weight_of, c.service_code) = c.service_code
                    and c.category in (
                        'own_commitment', 'borrowed', 'on_demand', 'tiered',
                        'usage'
                    )
                    then c.real_cost
                when b.weight in ('support', 'support_with_minimum')
                    and c.category not in (
                        'tax', 'credit', 'refund', 'discount'
                    )
                    then c.real_cost
                else " ~ zero() ~ "
            end"
        ) }} as measured_cost
    from bearers as b
    inner join account_costs as c
        on
            b.payer_account_id = c.payer_account_id
            and b.currency_code = c.currency_code
            and b.account_id = c.account_id
    group by
        b.payer_account_id,
        b.currency_code,
        b.rule,
        b.account_id,
        b.weight,
        b.weight_of,
        b.fixed_weight
)

select * from charge_measured_costs
