{{ config(materialized='table', schema='working') }}

with

kinds as (
    select * from {{ ref('charge_kinds') }}
),

descriptions as (
    select * from {{ ref('charge_descriptions') }}
),

parts as (
    select * from {{ ref('charge_parts') }}
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

matched_rules as (
    select
        payer_account_id,
        rule
    from kinds

    union

    select
        payer_account_id,
        rule
    from descriptions
),

wanted as (
    select
        m.payer_account_id,
        p.rule,
        p.part,
        p.bearers,
        ';' || {{ entries_of('p.bearers') }} || ';' as entries,
        p.weight,
        p.weight_of
    from matched_rules as m
    inner join parts as p
        on m.rule = p.rule
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
found as (
    select
        w.payer_account_id,
        a.currency_code,
        w.rule,
        w.part,
        a.account_id,
        w.weight,
        w.weight_of,
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
),

parts_found as (
    select
        payer_account_id,
        currency_code,
        rule,
        count(distinct part) as part_count
    from found
    group by
        payer_account_id,
        currency_code,
        rule
),

parts_wanted as (
    select
        rule,
        count(*) as part_count
    from parts
    group by rule
),

-- A charge of which nobody could bear some part remains where it is.
charge_bearers as (
    select f.*
    from found as f
    inner join parts_found as p
        on
            f.payer_account_id = p.payer_account_id
            and f.currency_code = p.currency_code
            and f.rule = p.rule
    inner join parts_wanted as w
        on
            f.rule = w.rule
            and p.part_count = w.part_count
)

select * from charge_bearers
