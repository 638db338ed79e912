with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

-- What stays although others had a part in it: credits of a bundle that
-- others than its buyer got, what is waived for what somebody else bought, and
-- what is never amortised.
-- https://aws.amazon.com/cloudfront/pricing/
-- https://docs.aws.amazon.com/cur/latest/userguide/discount-details.html
limited_lines as (
    select
        l.payer_account_id,
        l.currency_code,
        l.account_id,
        l.line_item_type = 'Credit' as is_credit,
        case
            when g.description like '%Security Savings Bundle%'
                then 'savings_bundle'
            when l.line_item_type = 'BundledDiscount' then 'bundled_discount'
            when
                l.billing_entity = 'AWS Marketplace'
                and l.line_item_type = 'Fee'
                then 'marketplace_contracts'
        end as limit_name,
        l.base_cost
    from line_items as l
    left join line_groups as g
        on
            {{ is_group_of('g', 'l') }}
    where l.role in ('charge', 'commitment_fee')
),

-- The instalments of a bundle stand with its buyer, its credits where there
-- was usage.
with_buyers as (
    select
        *,
        max(case when is_credit then 0 else 1 end) over (
            partition by
                payer_account_id,
                currency_code,
                account_id,
                limit_name
        ) = 1 as is_buyer
    from limited_lines
    where limit_name is not null
),

summed as (
    select
        payer_account_id,
        currency_code,
        limit_name as check_name,
        'info' as severity,
        {{ sum_amount(
            "case when limit_name = 'savings_bundle' and is_buyer then "
            ~ zero() ~ " else base_cost end"
        ) }} as found,
        case limit_name
            when 'savings_bundle' then
                'limit: credits of a CloudFront Security Savings Bundle that '
                || 'others than its buyer got; they stay'
            when 'bundled_discount' then
                'limit: bundled discounts stay with the usage that they '
                || 'waive, whoever bought what it is bundled with'
            else
                'limit: contracts of AWS Marketplace count in the month in '
                || 'which they are billed'
        end as note
    from with_buyers
    group by
        payer_account_id,
        currency_code,
        limit_name
),

charge_limits as (
    select
        payer_account_id,
        currency_code,
        check_name,
        severity,
        found as expected,
        found as actual,
        note
    from summed
    where found <> {{ zero() }}
)

select * from charge_limits
