{{ config(materialized='table', schema='working') }}

with

candidates as (
    select * from {{ ref('charge_candidates') }}
),

counted as (
    select
        *,
        max(part_number) over (
            partition by
                payer_account_id,
                currency_code,
                rule
        ) as parts_found
    from candidates
),

-- A charge of which nobody could bear some part remains where it is.
charge_bearers as (
    select
        payer_account_id,
        currency_code,
        rule,
        part,
        account_id,
        weight,
        weight_of,
        fixed_weight
    from counted
    where parts_found = part_count
)

select * from charge_bearers
