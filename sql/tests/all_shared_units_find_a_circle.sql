-- What AWS covered beyond own use is lent in some circle, to the last unit.
with

shared as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        min(slot_shared_units) as units
    from {{ ref('share_positions') }}
    group by
        payer_account_id,
        currency_code,
        pool_key,
        slot

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        {{ amount('-lent_units') }} as units
    from {{ ref('share_circle_costs') }}
)

select
    payer_account_id,
    currency_code,
    pool_key,
    slot
from shared
group by
    payer_account_id,
    currency_code,
    pool_key,
    slot
having sum(units) <> {{ zero() }}
