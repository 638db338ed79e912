with

charge_lines as (
    select * from {{ ref('charge_line_items') }}
),

line_items as (
    select * from {{ ref('stg_line_items') }}
),

parts as (
    select * from {{ ref('charge_parts') }}
),

rules as (
    select rule
    from parts
    group by rule
),

-- A rule that found nobody left the charge where it was.
without_bearers as (
    select
        l.payer_account_id,
        l.currency_code,
        'no_bearer/' || l.rule as check_name,
        'warning' as severity,
        {{ zero() }} as expected,
        {{ sum_amount('l.base_cost') }} as actual,
        'charges that the rule could not share, since no account of its '
            || 'bearers has a line in the bill' as note
    from charge_lines as l
    inner join rules as r
        on l.rule = r.rule
    where
        not l.is_shared
        and l.allocation_key is null
    group by
        l.payer_account_id,
        l.currency_code,
        l.rule
),

bundle_lines as (
    select
        payer_account_id,
        currency_code,
        account_id,
        line_item_type = 'Credit' as is_credit,
        base_cost
    from line_items
    where
        role in ('charge', 'commitment_fee')
        and description like '%Security Savings Bundle%'
),

bundle_buyers as (
    select
        payer_account_id,
        currency_code,
        account_id
    from bundle_lines
    where not is_credit
    group by
        payer_account_id,
        currency_code,
        account_id
),

-- The instalments of a bundle stand with its buyer, its credits where there
-- was usage.
-- https://aws.amazon.com/cloudfront/pricing/
bundles as (
    select
        l.payer_account_id,
        l.currency_code,
        'savings_bundle' as check_name,
        {{ sum_amount(
            'case when b.account_id is null then l.base_cost else '
            ~ zero() ~ ' end'
        ) }} as found,
        'limit: credits of a CloudFront Security Savings Bundle that others '
            || 'than its buyer got; they stay' as note
    from bundle_lines as l
    left join bundle_buyers as b
        on
            l.payer_account_id = b.payer_account_id
            and l.currency_code = b.currency_code
            and l.account_id = b.account_id
    where l.is_credit
    group by
        l.payer_account_id,
        l.currency_code
),

-- What is waived for what somebody else bought, and what is never amortised.
-- https://docs.aws.amazon.com/cur/latest/userguide/discount-details.html
other_limits as (
    {%- for name, condition, note in [
        (
            'bundled_discount', "line_item_type = 'BundledDiscount'",
            'limit: bundled discounts stay with the usage that they waive, '
            ~ 'whoever bought what it is bundled with'
        ),
        (
            'marketplace_contracts',
            "billing_entity = 'AWS Marketplace' and line_item_type = 'Fee'",
            'limit: contracts of AWS Marketplace count in the month in which '
            ~ 'they are billed'
        ),
    ] %}
    select
        payer_account_id,
        currency_code,
        '{{ name }}' as check_name,
        {{ sum_amount('base_cost') }} as found,
        '{{ note }}' as note
    from line_items
    where {{ condition }}
    group by
        payer_account_id,
        currency_code
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

checks as (
    select * from without_bearers
    {%- for relation in ['bundles', 'other_limits'] %}

    union all

    select
        payer_account_id,
        currency_code,
        check_name,
        'info' as severity,
        found as expected,
        found as actual,
        note
    from {{ relation }}
    where found <> {{ zero() }}
    {%- endfor %}
),

charge_checks as (
    select
        payer_account_id,
        cast(null as varchar) as invoice_id,
        currency_code,
        check_name,
        severity,
        expected,
        actual,
        {{ zero() }} as tolerance,
        note
    from checks
)

select * from charge_checks
