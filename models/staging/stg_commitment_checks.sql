with

commitment_sums as (
    select * from {{ ref('stg_commitment_sums') }}
),

metrics as (
    select * from {{ ref('stg_payer_metrics') }}
),

commitments as (
    select * from {{ ref('stg_commitments') }}
),

bills as (
    select * from {{ ref('stg_bills') }}
),

commitment_costs as (
    select
        s.payer_account_id,
        s.currency_code,
        s.commitment_arn,
        s.covered_line_items,
        s.fee_line_items,
        case when m.is_net then s.net_paid_cost else s.paid_cost end
            as paid_cost,
        case when m.is_net then s.net_amortized_cost else s.amortized_cost end
            as amortized_cost
    from commitment_sums as s
    inner join metrics as m
        on
            s.payer_account_id = m.payer_account_id
            and s.currency_code = m.currency_code
),

fee_bills as (
    select
        *,
        zero_reason is not null as is_zero
    from bills
    where
        commitment_arn is not null
        and line_item_type in ('Fee', 'SavingsPlanUpfrontFee')
),

-- Upfront payments by commitment: those that count 0, and those that count.
fee_sums as (
    select
        payer_account_id,
        currency_code,
        commitment_arn,
        is_zero,
        {{ sum_amount('billed_cost') }} as cost
    from fee_bills
    group by
        payer_account_id,
        currency_code,
        commitment_arn,
        is_zero
),

fees as (
    select
        f.payer_account_id,
        f.currency_code,
        f.commitment_arn,
        coalesce(c.is_exchange, false) as is_exchange,
        coalesce(c.has_amortized_part, false) as has_amortized_part,
        f.is_zero,
        f.cost
    from fee_sums as f
    left join commitments as c
        on
            f.payer_account_id = c.payer_account_id
            and f.currency_code = c.currency_code
            and f.commitment_arn = c.commitment_arn
),

-- Usage that is covered while nobody pays the fee in this report costs what AWS
-- says, and no payment stands against it: named, and let through the bridge.
stg_commitment_checks as (
    select
        payer_account_id,
        currency_code,
        'ri_total/' || commitment_arn as check_name,
        case
            when abs({{ amount('amortized_cost - paid_cost') }}) <= {{ amount('0.01') }}
                then 'info'
            else 'warning'
        end as severity,
        paid_cost as expected,
        amortized_cost as actual,
        'recurring fee and part of the upfront fee, and what usage and idle '
            || 'time cost' as note
    from commitment_costs
    where fee_line_items > 0

    union all

    select
        payer_account_id,
        currency_code,
        'fee_missing/' || commitment_arn as check_name,
        'warning' as severity,
        paid_cost as expected,
        amortized_cost as actual,
        'usage is covered, but the report has no fee of the commitment' as note
    from commitment_costs
    where
        fee_line_items = 0
        and covered_line_items > 0

    union all

    select
        payer_account_id,
        currency_code,
        'fee_not_amortized/' || commitment_arn as check_name,
        'warning' as severity,
        cost as expected,
        cost as actual,
        'a fee that AWS does not amortise counts in this month' as note
    from fees
    where not is_zero

    union all

    select
        payer_account_id,
        currency_code,
        'unamortized_fee/' || commitment_arn as check_name,
        'warning' as severity,
        cost as expected,
        cost as actual,
        case
            when is_exchange
                then 'true-up of an exchange: the new reservations amortise it'
            else 'an upfront fee counts 0, and no part of it is in this month'
        end as note
    from fees
    where
        is_zero
        and not has_amortized_part
)

select * from stg_commitment_checks
