with

report_sums as (
    select * from {{ ref('stg_report_sums') }}
),

metrics as (
    select * from {{ ref('stg_payer_metrics') }}
),

commitment_sums as (
    select * from {{ ref('stg_commitment_sums') }}
),

-- Fee rows without an unused part, as the metric reads them.
fee_rows as (
    select
        r.payer_account_id,
        r.currency_code,
        r.commitment_arn,
        r.fee_position,
        m.is_net,
        {{ amount(sum_count('r.line_item_count')) }} as line_item_count,
        row_number() over (
            partition by
                r.payer_account_id,
                r.currency_code,
                r.commitment_arn
            order by r.fee_position
        ) as position
    from report_sums as r
    inner join metrics as m
        on
            r.payer_account_id = m.payer_account_id
            and r.currency_code = m.currency_code
    where
        r.commitment_arn is not null
        and case when m.is_net then r.lacks_net_unused else r.lacks_unused end
    group by
        r.payer_account_id,
        r.currency_code,
        r.commitment_arn,
        r.fee_position,
        m.is_net
),

stg_first_fee_rows as (
    select
        f.payer_account_id,
        f.currency_code,
        f.commitment_arn,
        f.fee_position as first_fee_position,
        -- Rows that are alike in all of their order share it.
        {{ mul_div(
            'case when f.is_net then s.net_effective_cost '
            ~ 'else s.effective_cost end',
            amount(1), 'f.line_item_count'
        ) }} as covered_cost
    from fee_rows as f
    left join commitment_sums as s
        on
            f.payer_account_id = s.payer_account_id
            and f.currency_code = s.currency_code
            and f.commitment_arn = s.commitment_arn
    where f.position = 1
)

select * from stg_first_fee_rows
