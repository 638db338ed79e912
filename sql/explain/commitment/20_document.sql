-- The document that it starts from
with

{{ commitment_asked() }},

{{ published_run() }},

known as (
    select
        c.*,
        s.found_by,
        p.rule,
        {%- if param('as_customer') %}
        '' as seed_source
        {%- else %}
        first_value(o.source) over (
            partition by c.payer_account_id, c.currency_code
            order by
                case when o.commitment_arn = c.commitment_arn then 0 else 1 end,
                length(o.commitment_arn) desc,
                o.commitment_arn,
                o.owner_account_id
        ) as seed_source
        {%- endif %}
    from commitment as c
    left join {{ source('published', 'stg_commitments') }} as s
        on
            c.payer_account_id = s.payer_account_id
            and c.currency_code = s.currency_code
            and c.commitment_arn = s.commitment_arn
            and s.billing_period = '{{ var("billing_period") }}'
    left join {{ source('published', 'pool_commitments') }} as p
        on
            c.payer_account_id = p.payer_account_id
            and c.currency_code = p.currency_code
            and c.commitment_arn = p.commitment_arn
            and p.billing_period = '{{ var("billing_period") }}'
    {%- if not param('as_customer') %}
    left join {{ ref('commitment_owners') }} as o
        on
            {{ fits('c.commitment_arn', 'o.commitment_arn') }}
            and {{ in_force('o') }}
    {%- endif %}
),

described as (
    select
        count(*) as found,
        min({{ told_arn('commitment_arn') }}) as commitment,
        min(
            owner || case found_by
                when 'seed' then ', by commitment_owners.csv'
                    || coalesce(' (' || seed_source || ')', '')
                when 'fee' then ', to whom AWS billed its fee'
                when 'line' then ', the account of its first line'
                else ', the account in its ARN'
            end
        ) as owner,
        min(
            coalesce({{ to_the_minute('"start"') }}, 'unknown') || ' to '
            || coalesce({{ to_the_minute('"end"') }}, 'unknown')
        ) as term,
        min(
            {{ told_pool('pool_key') }} || ', rule '
            || coalesce(rule, 'unknown') || ': '
            || {{ meaning_of_rule("coalesce(rule, '')") }}
        ) as pool,
        min(
            cast({{ quantity('capacity') }} as varchar) || ' ' || unit
        ) as reserved,
        min(
            cast({{ quantity('used_by_owner') }} as varchar)
            || ' by its owner, '
            || cast({{ quantity('used_by_others') }} as varchar)
            || ' by others, '
            || cast({{ quantity('idle') }} as varchar) || ' by nobody'
        ) as used
    from known
),

{% set names = [
    'commitment', 'owner', 'term', 'pool', 'reserved', 'used'
] -%}
{{ facts_of_described(names) }}
