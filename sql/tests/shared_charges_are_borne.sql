-- What leaves the lines of a rule is what its bearers bear, by service,
-- category and day.
with

both_sides as (
    select
        payer_account_id,
        currency_code,
        rule,
        service_code,
        category,
        cast(usage_start as date) as usage_date,
        base_cost as cost
    from {{ ref('charge_line_items') }}
    where is_shared

    union all

    select
        payer_account_id,
        currency_code,
        rule,
        service_code,
        charged_category as category,
        cast(usage_start as date) as usage_date,
        {{ amount('-real_cost') }} as cost
    from {{ ref('charge_entries') }}
)

select
    payer_account_id,
    currency_code,
    rule,
    service_code,
    category,
    usage_date,
    sum(cost) as difference
from both_sides
group by
    payer_account_id,
    currency_code,
    rule,
    service_code,
    category,
    usage_date
having sum(cost) <> {{ zero() }}
