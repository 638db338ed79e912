with

commitment_kinds as (
    select * from {{ ref('pool_commitment_kinds') }}
),

commitments as (
    select * from {{ ref('pool_commitments') }}
),

-- That of the pool's fees, which negations, refunds and discounts do not tell.
pool_services as (
    select
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        coalesce(
            min(case
                when k.line_item_type in (
                    'RIFee', 'SavingsPlanRecurringFee', 'Fee',
                    'SavingsPlanUpfrontFee'
                )
                    then k.service_code
            end),
            min(case when k.role = 'covered' then k.service_code end),
            min(k.service_code)
        ) as service_code,
        min(c.unit) as unit
    from commitments as c
    inner join commitment_kinds as k
        on
            c.payer_account_id = k.payer_account_id
            and c.currency_code = k.currency_code
            and c.commitment_arn = k.commitment_arn
    group by
        c.payer_account_id,
        c.currency_code,
        c.pool_key
)

select * from pool_services
