-- Accounts whose real cost is another than as published before
with

both as (
    {{ costs_before_and_after() }}
),

-- What does not come to a cent is no change, as in the summary.
accounts as (
    select
        account_id,
        cast(sum(cost_after - cost_before) as decimal(18, 2)) <> 0
            as is_changed,
        count(*) - count(cost_before) + count(*) - count(currency_code)
            as unknown_before
    from both
    group by
        account_id,
        currency_code
)

-- Null where a version has published that did not know these columns.
select
    case
        when max(unknown_before) = 0 then
            count(distinct case when is_changed then account_id end)
    end as accounts_changed
from accounts
