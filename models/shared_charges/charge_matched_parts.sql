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

charge_matched_parts as (
    select
        m.payer_account_id,
        p.rule,
        p.part,
        p.bearers,
        ';' || {{ entries_of('p.bearers') }} || ';' as entries,
        p.weight,
        p.weight_of,
        p.part_count
    from matched_rules as m
    inner join parts as p
        on m.rule = p.rule
)

select * from charge_matched_parts
