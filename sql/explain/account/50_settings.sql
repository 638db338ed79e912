-- The settings and rules that decided
with

{{ told_accounts('account_id = ' ~ param('account')) }},

{{ settings_of_the_run() }},

{{ registry_that_decided('account_id = ' ~ param('account')) }},

found as (
    select
        case
            when c.category = 'tiered' then 'tiers'
            when
                c.category in (
                    'own_commitment', 'borrowed', 'on_demand',
                    'lent_commitment', 'lending_credit', 'unused_commitment',
                    'margin'
                )
                then 'commitments'
            else 'base'
        end as topic
    from {{ source('published', 'account_costs') }} as c
    inner join told as t
        on
            c.account_id = t.account_id
            and t.shows_real
    where
        c.billing_period = '{{ var("billing_period") }}'
        and {{ is_of_the_account('c') }}
),

leaked as (
    select 'leakage' as topic
    from {{ source('published', 'leakage') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and (
            lender_account_id = {{ param('account') }}
            or borrower_account_id = {{ param('account') }}
            or {{ param('account') }} = '{{ var("margin_account") }}'
        )
        {%- if param('pool') %}
        and pool_key = {{ param('pool') }}
        {%- endif %}
),

-- What of the account there is to decide about; lines of a pool are in one.
topics as (
    select topic
    from found
    {%- if param('pool') %}
    where topic = 'commitments'
    {%- endif %}

    union

    select 'base' as topic
    from found

    union

    select l.topic
    from leaked as l
    cross join found as f
    where f.topic = 'commitments'
),

{% if not param('pool') -%}
rules as (
    select e.rule
    from {{ source('published', 'charge_entries') }} as e
    where
        e.billing_period = '{{ var("billing_period") }}'
        and {{ is_of_the_account('e') }}

    union

    select k.rule
    from {{ source('published', 'charge_kinds') }} as k
    where
        k.billing_period = '{{ var("billing_period") }}'
        and k.role = 'charge'
        and {{ is_of_the_account('k', has_category=false) }}
        {%- if param('category') %}
        and {{ param('category') }} = case
            when k.line_item_type like '%Discount' then 'discount'
            else lower(k.line_item_type)
        end
        {%- endif %}
),

{{ rules_of_charges('rules') }},

{% endif -%}
decisions as (
    {{ decisions_on_topics() }}
    {%- if not param('pool') %}

    union all

    select d.*
    from charge_decisions as d
    cross join (select count(*) as topics from found) as f
    where f.topics > 0
    {%- endif %}
)

select
    decided_by,
    value,
    why
from decisions
order by
    place,
    decided_by
