-- From the bill to this cost
with

{% if param('as_customer') -%}
{{ costs_of_the_account() }},

-- The steps of a statement; without what AWS billed, where that does not say it
-- either, the parts of which real cost is the sum.
moved as (
    select
        currency_code,
        case
            when category = 'tiered' then 'volume tiers'
            when
                category in (
                    'shared', 'usage', 'fee', 'tax', 'credit', 'refund',
                    'discount'
                )
                then case
                    when shows_billed then 'shared charges'
                    when shows_real then 'other usage, charges and taxes'
                    else 'usage, charges and taxes'
                end
            when shows_billed then 'sharing of commitments'
            when shows_real then 'commitments, and usage that they could cover'
            else 'commitments'
        end as step,
        case
            when shows_billed then {{ amount('real_cost - base_cost') }}
            else real_cost
        end as cost
    from costs
),

steps as (
    select
        1 as position,
        currency_code,
        'as AWS billed it' as step,
        {{ sum_amount('base_cost') }} as cost
    from costs
    where shows_billed
    group by currency_code

    union all

    select
        2 as position,
        currency_code,
        step,
        {{ sum_amount('cost') }} as cost
    from moved
    group by
        currency_code,
        step
)
{%- else -%}
lines as (
    select
        currency_code,
        invoice_id,
        billing_entity,
        line_item_type,
        tier_group,
        part,
        category,
        rule,
        base_cost,
        real_cost
    from {{ source('published', 'line_item_costs') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and {{ is_of_the_account(has_pool=true) }}
),

{% if param('category') or param('pool') -%}
-- What a line was invoiced for is known, its pool and category are not, so that
-- parts of an account begin with base cost.
invoices as (
    select
        currency_code,
        invoice_id,
        billing_entity,
        base_cost as cost
    from lines
    where line_item_type is not null
),

amortized as (
    select
        currency_code,
        {{ zero() }} as cost
    from lines
    where false
),
{%- else -%}
billed as (
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        {{ sum_amount('billed_cost') }} as billed_cost,
        {{ sum_amount('base_cost') }} as base_cost
    from {{ source('published', 'stg_line_items') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and {{ is_of_the_account() }}
    group by
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group
),

line_groups as (
    select
        payer_account_id,
        account_id,
        service_code,
        line_group,
        invoice_id,
        billing_entity
    from {{ source('published', 'stg_line_groups') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and {{ is_of_the_account() }}
),

invoices as (
    select
        b.currency_code,
        g.invoice_id,
        g.billing_entity,
        b.billed_cost as cost
    from billed as b
    left join line_groups as g
        on
            {{ is_group_of('g', 'b') }}
),

amortized as (
    select
        currency_code,
        {{ amount('base_cost - billed_cost') }} as cost
    from billed
),
{%- endif %}

-- Every row of which cost came or went has one reason.
moves as (
    select
        currency_code,
        {{ reason_of_move() }} as step,
        {{ decided_by() }} as decided_by,
        {{ amount('real_cost - base_cost') }} as cost
    from lines
    where real_cost <> base_cost
),

steps as (
    select
        1 as position,
        currency_code,
        case
            when coalesce(invoice_id, '') = '' then 'no invoice yet'
            else 'invoice ' || invoice_id
        end
        || coalesce(' of ' || nullif(billing_entity, ''), '')
        || '{{ ", base cost" if param("category") or param("pool") }}' as step,
        '' as decided_by,
        {{ sum_amount('cost') }} as cost
    from invoices
    group by
        currency_code,
        invoice_id,
        billing_entity

    union all

    select
        2 as position,
        currency_code,
        'commitments: their part of the month, not what was invoiced' as step,
        'cost_basis {{ var("cost_basis") }}' as decided_by,
        {{ sum_amount('cost') }} as cost
    from amortized
    group by currency_code

    union all

    select
        3 as position,
        currency_code,
        step,
        decided_by,
        {{ sum_amount('cost') }} as cost
    from moves
    group by
        currency_code,
        step,
        decided_by
)
{%- endif %}

select
    step,
    cost as part,
    currency_code as currency
    {%- if not param('as_customer') %},
    decided_by
    {%- endif %}
from steps
{%- if not param('as_customer') %}
where
    position = 1
    or cost <> {{ zero() }}
{%- endif %}
order by
    currency_code,
    position,
    abs(cost) desc,
    step
