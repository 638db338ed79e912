with

account_costs as (
    select * from {{ ref('account_costs') }}
),

-- What sharing of commitments, tiers and shared charges moved, as the summary
-- of a run tells them apart.
statement_cost_steps as (
    select
        customer,
        payer_account_id,
        currency_code,
        account_id,
        account_name,
        real_cost,
        'billed' as step,
        base_cost as cost
    from account_costs

    union all

    select
        customer,
        payer_account_id,
        currency_code,
        account_id,
        account_name,
        {{ zero() }} as real_cost,
        case
            when category = 'tiered' then 'tiers'
            when
                category in (
                    'shared', 'usage', 'fee', 'tax', 'credit', 'refund',
                    'discount'
                )
                then 'charges'
            else 'commitments'
        end as step,
        {{ amount('real_cost - base_cost') }} as cost
    from account_costs
)

select * from statement_cost_steps
