-- Nobody lends units in an hour in which it wants more than it has.
select
    c.payer_account_id,
    c.pool_key,
    c.slot,
    c.account_id
from {{ ref('share_circle_units') }} as c
inner join {{ ref('share_positions') }} as p
    on
        c.payer_account_id = p.payer_account_id
        and c.currency_code = p.currency_code
        and c.pool_key = p.pool_key
        and c.slot = p.slot
        and c.account_id = p.account_id
where
    c.lent_units > {{ zero() }}
    and p.residual_demand > {{ zero() }}
