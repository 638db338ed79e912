-- The document that it starts from
with

{{ rows_of_the_line() }},

{{ published_run() }},

-- Parts that a line was cut into repeat what it is.
described as (
    select
        count(*) as found,
        {{ one_or_more('l.description') }} as description,
        {{ one_or_more(
            "coalesce(l.usage_type, '') || coalesce(', ' || l.operation, '') "
            ~ "|| coalesce(', ' || l.region, '')"
        ) }} as usage,
        {{ one_or_more(told_arn('l.resource_id')) }} as resource,
        cast({{ quantity('sum(l.usage_amount)') }} as varchar)
            || coalesce(' ' || {{ one_or_more('l.usage_unit') }}, '')
            as quantity,
        {{ to_the_minute('min(l.usage_start)') }}
            || coalesce(' to ' || {{ to_the_minute('max(l.usage_end)') }}, '')
            || ' UTC' as times,
        {%- if param('as_customer') %}
        '' as invoice,
        max(
            case
                when l.commitment_arn is null then null
                when o.account_id is null then 'of other accounts'
                else {{ told_arn('l.commitment_arn') }} || ' of '
                    || o.label
            end
        ) as commitment,
        {%- else %}
        coalesce(
            {{ one_or_more("nullif(l.invoice_id, '')") }},
            'none yet: AWS has not closed the month'
        ) || coalesce(', ' || {{ one_or_more('l.billing_entity') }}, '')
            as invoice,
        {{ one_or_more(
            "l.commitment_arn || ' of ' || "
            ~ "coalesce(o.label, l.owner_account_id)"
        ) }} as commitment,
        {%- endif %}
        {{ one_or_more(told_pool('l.pool_key')) }} as pool,
        {{ one_or_more('l.tier_group') }} as tier_group,
        {{ one_or_more('l.rule') }} as rule
    from line as l
    inner join told as t
        on
            l.account_id = t.account_id
            and t.shows_real
    left join told as o
        on l.owner_account_id = o.account_id
),

{% set names = [
    'description', 'usage', 'resource', 'quantity', 'times', 'invoice',
    'commitment', 'pool', 'tier_group', 'rule'
] -%}
{{ facts_of_described(names) }}
