-- By line of the report: the largest, and the others by what they are
with

{{ told_accounts('account_id = ' ~ param('account')) }},

-- A line has rows for its intervals and for the parts of these. What AWS did
-- not bill is no line and has no type; ids may be missing from lines.
lines as (
    select
        l.currency_code,
        case
            when l.line_item_type is null then ''
            else coalesce(nullif(l.line_item_id, ''), l.line_item_type)
        end as line_key,
        l.category,
        l.line_item_id,
        l.line_item_type,
        l.service_code,
        l.usage_type,
        l.resource_id,
        l.base_cost,
        l.real_cost
    from {{ source('published', 'line_item_costs') }} as l
    inner join told as t
        on
            l.account_id = t.account_id
            and t.shows_real
    where
        l.billing_period = '{{ var("billing_period") }}'
        and {{ is_of_the_account('l', has_pool=true) }}
    {%- if param('as_customer') and not param('pool') %}

    union all

    select
        a.currency_code,
        a.service_code || ' ' || a.usage_type as line_key,
        {{ kind_of('a.category') }} as category,
        '' as line_item_id,
        'Usage' as line_item_type,
        a.service_code,
        a.usage_type,
        '' as resource_id,
        {{ zero() }} as base_cost,
        a.price as real_cost
    from {{ source('published', 'price_amounts') }} as a
    inner join told as t
        on
            a.account_id = t.account_id
            and not t.shows_real
    where
        a.billing_period = '{{ var("billing_period") }}'
        and {{ is_of_the_account('a') }}
    {%- endif %}
),

by_category as (
    select
        currency_code,
        line_key,
        category,
        min(line_item_id) as line_item_id,
        min(line_item_type) as line_item_type,
        min(service_code) as service_code,
        min(usage_type) as usage_type,
        min(resource_id) as resource_id,
        count(*) as line_rows,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost
    from lines
    group by
        currency_code,
        line_key,
        category
),

measured as (
    select
        *,
        {{ total_over('real_cost', 'currency_code, line_key') }} as line_cost
    from by_category
),

ranked as (
    select
        *,
        dense_rank() over (
            partition by currency_code, line_key = ''
            order by abs(line_cost) desc, line_key
        ) as place
    from measured
),

named as (
    select
        *,
        line_key <> '' and place <= 15 as is_named
    from ranked
),

summed as (
    select
        l.currency_code,
        1 as position,
        min({{ line_text('l') }}) as line_text,
        sum(l.line_rows) as line_rows,
        {{ sum_amount('l.base_cost') }} as base_cost,
        {{ sum_amount('l.real_cost') }} as real_cost,
        coalesce(min(l.line_item_id), '') as line_item_id
    from named as l
    where l.is_named
    group by
        l.currency_code,
        l.line_key

    union all

    select
        currency_code,
        2 as position,
        case
            when min(line_key) = '' then 'not billed by AWS, '
            else cast(count(*) as varchar) || ' more, '
        end || category as line_text,
        sum(line_rows) as line_rows,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost,
        '' as line_item_id
    from named
    where
        not is_named
        and (base_cost <> {{ zero() }} or real_cost <> {{ zero() }})
    group by
        currency_code,
        line_key = '',
        category
)

select
    line_text as line,
    line_rows as "rows",
    {%- if not param('as_customer') %}
    base_cost as billed,
    {%- endif %}
    real_cost as part,
    currency_code as currency,
    line_item_id
from summed
order by
    currency_code,
    position,
    abs(real_cost) desc,
    line_text,
    line_item_id
