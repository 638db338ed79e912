{{ config(materialized='table', schema='working') }}

with

kinds as (
    select * from {{ ref('charge_kinds') }}
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

rules as (
    select
        payer_account_id,
        rule,
        bearers,
        ';' || {{ entries_of('bearers') }} || ';' as entries,
        weight,
        weight_of
    from kinds
    where bearers <> 'stays'
    group by
        payer_account_id,
        rule,
        bearers,
        weight,
        weight_of
),

accounts as (
    select
        payer_account_id,
        currency_code,
        account_id
    from line_items
    group by
        payer_account_id,
        currency_code,
        account_id
),

shares_in_force as (
    select
        f.rule,
        f.account_id,
        {{ sum_amount('f.weight') }} as fixed_weight
    from fixed_shares as f
    where {{ in_force('f') }}
    group by
        f.rule,
        f.account_id
),

-- Only accounts that the bill knows bear anything: money stays in its payer
-- and currency. A charge that nobody could bear remains where it is. Groups
-- are those of the last day of the month.
charge_bearers as (
    select
        r.payer_account_id,
        a.currency_code,
        r.rule,
        a.account_id,
        r.weight,
        r.weight_of,
        coalesce(s.fixed_weight, {{ zero() }}) as fixed_weight
    from rules as r
    inner join accounts as a
        on r.payer_account_id = a.payer_account_id
    left join shares_in_force as s
        on
            r.rule = s.rule
            and a.account_id = s.account_id
    left join registry as g
        on a.account_id = g.account_id
    where
        r.bearers = 'all'
        or strpos(r.entries, ';' || a.account_id || ';') > 0
        or strpos(r.entries, ';group:' || g.account_group || ';') > 0
)

select * from charge_bearers
