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

read_as as (
    select
        s.payer_account_id,
        s.currency_code,
        s.commitment_arn,
        s.covered_line_items,
        s.fee_line_items,
        {% for name in [
            'recurring', 'billed_usage', 'upfront', 'effective_cost',
            'reported_unused', 'unreported_fee', 'lacks_unused',
        ] -%}
        case
            when m.is_net
                then s.{{ name | replace('lacks_', 'lacks_net_')
                    if name == 'lacks_unused' else 'net_' ~ name }}
            else s.{{ name }}
        end as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from commitment_sums as s
    inner join metrics as m
        on
            s.payer_account_id = m.payer_account_id
            and s.currency_code = m.currency_code
),

totals as (
    select
        *,
        {{ amount('recurring + billed_usage + upfront') }} as paid,
        case
            when lacks_unused
                then {{ amount('reported_unused + unreported_fee') }}
            else {{ amount('effective_cost + reported_unused') }}
        end as amortized
    from read_as
),

-- Upfront payments by commitment: those that count 0, and those that count.
fees as (
    select
        b.payer_account_id,
        b.currency_code,
        b.commitment_arn,
        coalesce(c.is_exchange, false) as is_exchange,
        coalesce(c.has_amortized_part, false) as has_amortized_part,
        b.zero_reason is not null as is_zero,
        {{ sum_amount('b.billed_cost') }} as cost
    from bills as b
    left join commitments as c
        on
            b.payer_account_id = c.payer_account_id
            and b.currency_code = c.currency_code
            and b.commitment_arn = c.commitment_arn
    where
        b.commitment_arn is not null
        and b.line_item_type in ('Fee', 'SavingsPlanUpfrontFee')
    group by
        b.payer_account_id,
        b.currency_code,
        b.commitment_arn,
        coalesce(c.is_exchange, false),
        coalesce(c.has_amortized_part, false),
        b.zero_reason is not null
),

-- Usage that is covered while nobody pays the fee in this report costs what AWS
-- says, and no payment stands against it: named, and let through the bridge.
stg_commitment_checks as (
    select
        payer_account_id,
        currency_code,
        'ri_total/' || commitment_arn as check_name,
        case
            when abs({{ amount('amortized - paid') }}) <= {{ amount('0.01') }}
                then 'info'
            else 'warning'
        end as severity,
        paid as expected,
        amortized as actual,
        'recurring fee and part of the upfront fee, and what usage and idle '
            || 'time cost' as note
    from totals
    where fee_line_items > 0

    union all

    select
        payer_account_id,
        currency_code,
        'fee_missing/' || commitment_arn as check_name,
        'warning' as severity,
        paid as expected,
        amortized as actual,
        'usage is covered, but the report has no fee of the commitment' as note
    from totals
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
