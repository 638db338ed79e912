-- Inside a wanted circle all accounts share, and in the circle of a group or
-- division all are of it.
select
    c.payer_account_id,
    c.pool_key,
    c.slot,
    c.account_id
from {{ ref('share_circle_units') }} as c
inner join {{ ref('stg_accounts') }} as a
    on c.account_id = a.account_id
where
    not c.is_leakage
    and (
        not a.shares
        or (
            c.circle like 'group:%'
            and c.circle <> 'group:' || a.account_group
        )
        or (
            c.circle like 'division:%'
            and c.circle <> 'division:' || a.division
        )
    )
