-- What leaves the lines of a rule is what its bearers bear, by service.
with

both_sides as (
    select
        payer_account_id,
        currency_code,
        rule,
        service_code,
        base_cost as cost
    from {{ ref('charge_line_items') }}
    where is_shared

    union all

    select
        payer_account_id,
        currency_code,
        rule,
        service_code,
        {{ amount('-real_cost') }} as cost
    from {{ ref('charge_entries') }}
)

select
    payer_account_id,
    currency_code,
    rule,
    service_code,
    sum(cost) as difference
from both_sides
group by
    payer_account_id,
    currency_code,
    rule,
    service_code
having sum(cost) <> {{ zero() }}
