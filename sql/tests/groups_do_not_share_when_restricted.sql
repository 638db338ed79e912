-- Inside a wanted circle other than the organization, all accounts are of one
-- group, and all of them share.
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
        or (c.circle <> 'organization' and c.circle <> a.account_group)
    )
