-- Reservations and Savings Plans of the customer's own accounts
with

own as (
    select
        t.customer,
        c.*
    from {{ source('published', 'commitments') }} as c
    inner join {{ source('published', 'accounts') }} as a
        on
            c.billing_period = a.billing_period
            and c.payer_account_id = a.payer_account_id
            and c.currency_code = a.currency_code
            and c.owner_account_id = a.account_id
    inner join {{ source('published', 'statement_totals') }} as t
        on
            c.billing_period = t.billing_period
            and a.customer = t.customer
            and t.shows_cost
    where c.billing_period = '{{ var("billing_period") }}'
),

-- An ARN has the account in it that bought, which may be another customer's.
commitments as (
    select
        customer,
        regexp_replace(commitment_arn, '^.*[/:]', '') as commitment_id,
        kind,
        offering,
        payment_option,
        owner_account_id as account_id,
        cast(
            case
                when capacity > {{ zero() }}
                    then
                        100.0 * cast(used_by_owner + used_by_others as double)
                        / cast(capacity as double)
            end as decimal(18, 2)
        ) as used_percentage,
        cast(cost as decimal(18, 2)) as cost,
        cast(unused_cost as decimal(18, 2)) as unused_cost,
        currency_code
    from own
)

select *
from commitments
order by
    customer,
    cost desc,
    commitment_id
