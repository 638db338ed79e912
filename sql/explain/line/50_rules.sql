-- The rules and settings that decided
with

{{ rows_of_the_line() }},

{{ settings_of_the_run() }},

{{ registry_that_decided('account_id in (select min(account_id) from line)') }},

-- What the line is, once; parts of it have other categories.
kinds as (
    select
        l.payer_account_id,
        l.account_id,
        l.service_code,
        l.usage_type,
        l.operation,
        coalesce(l.region, '') as region,
        l.tier_group,
        l.pool_key,
        l.rule,
        case
            when l.tier_group is not null then 'tiers'
            when l.pool_key is not null then 'commitments'
            else 'base'
        end as topic
    from line as l
    inner join told as t
        on
            l.account_id = t.account_id
            and t.shows_real
    group by
        l.payer_account_id,
        l.account_id,
        l.service_code,
        l.usage_type,
        l.operation,
        l.region,
        l.tier_group,
        l.pool_key,
        l.rule
),

topics as (
    select topic
    from kinds

    union

    select 'base' as topic
    from kinds

    union

    select 'leakage' as topic
    from kinds as k
    inner join {{ source('published', 'leakage') }} as l
        on
            k.payer_account_id = l.payer_account_id
            and k.account_id = l.borrower_account_id
            and k.pool_key = l.pool_key
    where l.billing_period = '{{ var("billing_period") }}'
),

{{ rules_of_charges('kinds') }},

-- What the names of rules mean that are not in a seed.
named_rules as (
    select
        rule,
        {{ meaning_of_rule('rule') }} as meaning
    from kinds
    group by rule
),

units as (
    select
        cast(cast(u.units_per_usage as decimal(18, 4)) as varchar) || ' '
            || u.unit || ' for an hour of ' || u.instance_type as value,
        min(f.source) as source
    from kinds as k
    inner join {{ source('published', 'pool_usage_kinds') }} as u
        on
            k.payer_account_id = u.payer_account_id
            and k.service_code = u.service_code
            and k.usage_type = u.usage_type
            and k.operation = u.operation
            and k.region = u.region
            and k.pool_key in (u.pool_key, u.other_pool_key)
            and u.billing_period = '{{ var("billing_period") }}'
    left join {{ ref('instance_size_factors') }} as f
        on
            split_part(
                replace(u.instance_type, 'db.', ''), '.', 2
            ) = f.size
            and u.size_factor = f.factor
            and {{ in_force('f') }}
    where u.unit = 'normalized hours'
    group by
        u.units_per_usage,
        u.unit,
        u.instance_type
),

decisions as (
    {{ decisions_on_topics() }}

    union all

    select
        11 as place,
        'rule ' || rule as decided_by,
        meaning as value,
        '' as why
    from named_rules
    where meaning <> ''

    union all

    select
        12 as place,
        'units' as decided_by,
        value,
        coalesce(source, '') as why
    from units

    union all

    select
        13 as place,
        'rule ' || r.rule as decided_by,
        k.tier_group as value,
        coalesce(r.source, '') as why
    from kinds as k
    inner join {{ ref('tier_rules') }} as r
        on k.rule = r.rule
    where
        k.tier_group is not null
        and {{ in_force('r') }}

    union all

    select *
    from charge_decisions
)

select
    decided_by,
    value,
    why
from decisions
order by
    place,
    decided_by
