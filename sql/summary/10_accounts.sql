-- Cost of every account: as billed, really, and what made the difference
with

-- What tiers and shared charges moved; the rest is sharing of commitments.
costs as (
    select
        account_id,
        currency_code,
        base_cost,
        real_cost,
        case
            when category = 'tiered' then 'tiers'
            when category in (
                'shared', 'usage', 'fee', 'tax', 'credit', 'refund', 'discount'
            )
                then 'charges'
            else 'commitments'
        end as mover
    from {{ ref('account_costs') }}
),

rows_and_total as (
    select
        1 as position,
        account_id,
        currency_code,
        mover,
        base_cost,
        real_cost
    from costs

    union all

    select
        2 as position,
        'total' as account_id,
        currency_code,
        mover,
        base_cost,
        real_cost
    from costs
),

summed as (
    select
        position,
        account_id,
        currency_code,
        sum(base_cost) as base_cost,
        sum(real_cost) as real_cost,
        sum(real_cost - base_cost) as difference,
        {%- for mover in ['commitments', 'tiers', 'charges'] %}
        sum(
            case
                when mover = '{{ mover }}' then real_cost - base_cost
                else {{ zero() }}
            end
        ) as {{ mover }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from rows_and_total
    group by
        position,
        account_id,
        currency_code
)

select
    s.account_id as account,
    coalesce(substr(r.account_name, 1, 32), '') as name,
    cast(s.base_cost as decimal(18, 2)) as as_billed,
    cast(s.real_cost as decimal(18, 2)) as real_cost,
    cast(s.difference as decimal(18, 2)) as difference,
    cast(s.commitments as decimal(18, 2)) as commitments,
    cast(s.tiers as decimal(18, 2)) as tiers,
    cast(s.charges as decimal(18, 2)) as charges,
    s.currency_code as currency
from summed as s
left join {{ ref('stg_accounts') }} as r
    on s.account_id = r.account_id
order by
    s.currency_code,
    s.position,
    s.account_id
