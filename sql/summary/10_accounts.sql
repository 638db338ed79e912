-- Cost of every account: as billed, really, and what made the difference
with

-- What tiers and shared charges moved; the rest is sharing of commitments.
movers as (
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

accounts as (
    select
        account_id,
        currency_code,
        account_id = '{{ var("margin_account") }}' as is_margin,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost,
        {{ sum_amount('real_cost - base_cost') }} as difference,
        {%- for mover in ['commitments', 'tiers', 'charges'] %}
        sum(
            case
                when mover = '{{ mover }}' then real_cost - base_cost
                else {{ zero() }}
            end
        ) as {{ mover }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from movers
    group by
        account_id,
        currency_code
),

ranked as (
    select
        *,
        row_number() over (
            partition by currency_code, is_margin
            order by abs(difference) desc, abs(real_cost) desc, account_id
        ) as place,
        count(*) over (partition by currency_code, is_margin) as accounts
    from accounts
),

-- Up to 20 accounts are all named, by account id; of more the 17 with the
-- largest differences, the largest first, and the others are one row.
placed as (
    select
        case
            when is_margin then 3
            when accounts > 20 and place > 17 then 2
            else 1
        end as position,
        case when accounts > 20 then place else 0 end as place,
        account_id,
        currency_code,
        base_cost,
        real_cost,
        difference,
        commitments,
        tiers,
        charges
    from ranked
),

rows_and_total as (
    select *
    from placed
    where position <> 2

    union all

    select
        2 as position,
        0 as place,
        cast(count(*) as varchar) || ' others' as account_id,
        currency_code,
        sum(base_cost) as base_cost,
        sum(real_cost) as real_cost,
        sum(difference) as difference,
        sum(commitments) as commitments,
        sum(tiers) as tiers,
        sum(charges) as charges
    from placed
    where position = 2
    group by currency_code

    union all

    select
        4 as position,
        0 as place,
        'total' as account_id,
        currency_code,
        sum(base_cost) as base_cost,
        sum(real_cost) as real_cost,
        sum(difference) as difference,
        sum(commitments) as commitments,
        sum(tiers) as tiers,
        sum(charges) as charges
    from placed
    group by currency_code
)

select
    s.account_id as account,
    coalesce(substr(nullif(n.account_name, n.account_id), 1, 32), '') as name,
    cast(s.base_cost as decimal(18, 2)) as as_billed,
    cast(s.real_cost as decimal(18, 2)) as real_cost,
    cast(s.difference as decimal(18, 2)) as difference,
    cast(s.commitments as decimal(18, 2)) as commitments,
    cast(s.tiers as decimal(18, 2)) as tiers,
    cast(s.charges as decimal(18, 2)) as charges,
    s.currency_code as currency
from rows_and_total as s
-- An account without a name is named by its id, which stands there anyway.
left join {{ ref('stg_account_names') }} as n
    on s.account_id = n.account_id
order by
    s.currency_code,
    s.position,
    s.place,
    s.account_id
