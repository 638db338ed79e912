{{ config(materialized='table') }}

{% set keys = 'payer_account_id, currency_code, commitment_arn' %}

with

pool_commitments as (
    select * from {{ ref('pool_commitments') }}
),

plans as (
    select * from {{ ref('pool_plans') }}
),

fees as (
    select * from {{ ref('pool_commitment_fees') }}
),

matches as (
    select * from {{ ref('pool_line_matches') }}
),

report_sums as (
    select * from {{ ref('stg_report_sums') }}
),

reserved as (
    select
        {{ keys }},
        {{ sum_amount('reserved_units') }} as capacity,
        {{ sum_amount('amortized_cost') }} as unused_cost
    from fees
    group by {{ keys }}
),

used as (
    select
        {{ keys }},
        {{ sum_amount(
            'case when account_id = owner_account_id then units else '
            ~ zero() ~ ' end'
        ) }} as used_by_owner,
        {{ sum_amount(
            'case when account_id = owner_account_id then ' ~ zero()
            ~ ' else units end'
        ) }} as used_by_others
    from matches
    where role = 'covered' and commitment_arn is not null
    group by {{ keys }}
),

-- What AWS says of a commitment is on some of its rows alone.
terms as (
    select
        {{ keys }},
        min(payment_option) as payment_option,
        min(offering_class) as offering_class,
        replace(substr(min(commitment_start), 1, 19), 'T', ' ') as start_text,
        replace(substr(max(commitment_end), 1, 19), 'T', ' ') as end_text
    from report_sums
    where commitment_arn is not null
    group by {{ keys }}
),

measured as (
    select
        c.payer_account_id,
        c.currency_code,
        c.commitment_arn,
        c.owner_account_id,
        c.kind,
        coalesce(p.offering_type, t.offering_class) as offering,
        t.payment_option,
        t.start_text,
        t.end_text,
        c.pool_key,
        c.unit,
        coalesce(r.capacity, {{ zero() }}) as capacity,
        coalesce(u.used_by_owner, {{ zero() }}) as used_by_owner,
        coalesce(u.used_by_others, {{ zero() }}) as used_by_others,
        c.amortized_cost as cost,
        coalesce(r.unused_cost, {{ zero() }}) as unused_cost
    from pool_commitments as c
    left join plans as p
        on
            c.payer_account_id = p.payer_account_id
            and c.currency_code = p.currency_code
            and c.commitment_arn = p.commitment_arn
    left join reserved as r
        on
            c.payer_account_id = r.payer_account_id
            and c.currency_code = r.currency_code
            and c.commitment_arn = r.commitment_arn
    left join used as u
        on
            c.payer_account_id = u.payer_account_id
            and c.currency_code = u.currency_code
            and c.commitment_arn = u.commitment_arn
    left join terms as t
        on
            c.payer_account_id = t.payer_account_id
            and c.currency_code = t.currency_code
            and c.commitment_arn = t.commitment_arn
),

commitments as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        payer_account_id,
        currency_code,
        commitment_arn,
        owner_account_id,
        kind,
        offering,
        payment_option,
        try_cast(start_text as timestamp(3)) as "start",
        try_cast(end_text as timestamp(3)) as "end",
        pool_key,
        unit,
        capacity,
        used_by_owner,
        used_by_others,
        {{ larger_of(
            amount('capacity - used_by_owner - used_by_others'), zero()
        ) }} as idle,
        cost,
        unused_cost
    from measured
)

select * from commitments
