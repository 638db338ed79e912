{{ config(materialized='table', schema='working') }}

{% set other_covered = "role = 'covered' and not is_own_covered" %}
{% set by_whom = [
    ('own_covered', "role = 'covered' and is_own_covered"),
    ('other_covered', other_covered),
    ('uncovered', "role = 'usage'"),
] %}

with

pool_line_items as (
    select * from {{ ref('pool_line_items') }}
    where units > {{ zero() }}
),

-- What an account used in an open slot, by who covered it. Lines without units
-- keep their cost and share nothing.
pool_demand as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        {{ sum_amount('units') }} as demand,
        {%- for name, filter in by_whom %}
        {{ sum_amount(
            'case when ' ~ filter ~ ' then units else ' ~ zero() ~ ' end'
        ) }} as {{ name }}_units,
        {%- endfor %}
        {{ sum_amount(
            'case when ' ~ other_covered
            ~ ' then amortized_cost else ' ~ zero() ~ ' end'
        ) }} as other_covered_cost,
        {{ sum_amount(
            'case when ' ~ other_covered
            ~ ' then on_demand_value else ' ~ zero() ~ ' end'
        ) }} as other_covered_value,
        {{ sum_amount(
            "case when role = 'usage'"
            ~ ' then base_cost else ' ~ zero() ~ ' end'
        ) }} as uncovered_cost
    from pool_line_items
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id
)

select * from pool_demand
