with

wanted as (
    select * from {{ ref('charge_matched_parts') }}
),

line_items as (
    select * from {{ ref('stg_line_items') }}
),

fixed_shares as (
    select * from {{ ref('shared_charge_shares') }}
),

registry as (
    select * from {{ ref('stg_accounts') }}
),

accounts as (
    select
        payer_account_id,
        currency_code,
        account_id
    from line_items
    where account_id <> '{{ var("margin_account") }}'
    group by
        payer_account_id,
        currency_code,
        account_id
),

shares_in_force as (
    select
        f.rule,
        coalesce(f.part, '') as part,
        f.account_id,
        {{ sum_amount('f.weight') }} as fixed_weight
    from fixed_shares as f
    where {{ in_force('f') }}
    group by
        f.rule,
        coalesce(f.part, ''),
        f.account_id
),

-- Only accounts that the bill knows bear anything: money stays in its payer
-- and currency. Groups are those of the last day of the month.
charge_candidates as (
    select
        w.payer_account_id,
        a.currency_code,
        w.rule,
        w.part,
        a.account_id,
        w.weight,
        w.weight_of,
        w.part_count,
        cast(dense_rank() over (
            partition by
                w.payer_account_id,
                a.currency_code,
                w.rule
            order by w.part
        ) as bigint) as part_number,
        coalesce(s.fixed_weight, {{ zero() }}) as fixed_weight
    from wanted as w
    inner join accounts as a
        on w.payer_account_id = a.payer_account_id
    left join shares_in_force as s
        on
            w.rule = s.rule
            and w.part = s.part
            and a.account_id = s.account_id
    left join registry as g
        on a.account_id = g.account_id
    where
        w.bearers = 'all'
        or strpos(w.entries, ';' || a.account_id || ';') > 0
        or strpos(w.entries, ';group:' || g.account_group || ';') > 0
)

select * from charge_candidates
