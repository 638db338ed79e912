{{ config(materialized='table') }}

with

wanted_pairs as (
    select * from {{ ref('share_pairs') }}
),

leaked_pairs as (
    select * from {{ ref('share_leaked_pairs') }}
),

pairs as (
    {%- for relation, circle in [
        ('wanted_pairs', 'circle'), ('leaked_pairs', "'leakage'")
    ] %}
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        {{ circle }} as circle,
        lender_account_id,
        borrower_account_id,
        units,
        paid,
        credited
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

transfer_pairs as (
    select
        '{{ var("billing_period") }}' as billing_period,
        cast('{{ var("billing_period") }}-01' as date) as period_start,
        payer_account_id,
        currency_code,
        cast(slot as date) as usage_date,
        pool_key,
        circle,
        lender_account_id,
        borrower_account_id,
        {{ sum_amount('units') }} as units,
        {{ sum_amount('paid') }} as paid,
        {{ sum_amount('credited') }} as credited
    from pairs
    group by
        payer_account_id,
        currency_code,
        cast(slot as date),
        pool_key,
        circle,
        lender_account_id,
        borrower_account_id
)

select * from transfer_pairs
