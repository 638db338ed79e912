{{ config(materialized='table', schema='working') }}

with

line_items as (
    select * from {{ ref('stg_line_items') }}
),

commitments as (
    select * from {{ ref('pool_commitments') }}
),

seeded as (
    select * from {{ ref('savings_plan_rates') }}
),

-- The report shows a plan's rate only on what a plan covered. A rate is the
-- commitment that was taken by usage, over all that bears a cost; it is kept as
-- its two parts, so that nothing is rounded before it is multiplied.
observed as (
    select
        l.payer_account_id,
        l.currency_code,
        c.rule as offering_type,
        l.usage_type,
        l.operation,
        {{ sum_amount('l.gross_effective_cost') }} as commitment,
        {{ sum_amount('l.usage_amount') }} as usage_amount
    from line_items as l
    inner join commitments as c
        on
            l.payer_account_id = c.payer_account_id
            and l.currency_code = c.currency_code
            and l.commitment_arn = c.commitment_arn
    where
        l.role = 'covered'
        and c.unit = 'dollars of commitment'
        and l.gross_effective_cost > {{ zero() }}
        and l.usage_amount > {{ zero() }}
    group by
        l.payer_account_id,
        l.currency_code,
        c.rule,
        l.usage_type,
        l.operation
),

offered as (
    select
        payer_account_id,
        currency_code,
        rule as offering_type
    from commitments
    where unit = 'dollars of commitment'
    group by
        payer_account_id,
        currency_code,
        rule
),

-- What no plan covered in the period may have a rate in the seed.
pool_plan_rates as (
    select * from observed

    union all

    select
        p.payer_account_id,
        p.currency_code,
        p.offering_type,
        s.usage_type,
        s.operation,
        s.rate as commitment,
        {{ amount(1) }} as usage_amount
    from offered as p
    inner join seeded as s
        on p.offering_type = s.offering_type and {{ in_force('s') }}
    left join observed as o
        on
            p.payer_account_id = o.payer_account_id
            and p.currency_code = o.currency_code
            and p.offering_type = o.offering_type
            and s.usage_type = o.usage_type
            and s.operation = o.operation
    where
        o.offering_type is null
        and s.rate > {{ zero() }}
)

select * from pool_plan_rates
