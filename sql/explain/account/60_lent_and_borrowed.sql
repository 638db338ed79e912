-- Units that it borrowed and lent, from and to whom
with

{{ told_accounts('account_id = ' ~ param('account')) }},

pools as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        min(unit) as unit
    from {{ source('published', 'pool_commitments') }}
    where billing_period = '{{ var("billing_period") }}'
    group by
        payer_account_id,
        currency_code,
        pool_key
),
{%- if param('service') and not param('pool') %}

-- Plans are a service of their own, and cover usage of others.
pools_of_the_service as (
    select pool_key
    from {{ source('published', 'pool_commitments') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and service_code = {{ param('service') }}

    union

    select pool_key
    from {{ source('published', 'pool_candidates') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and service_code = {{ param('service') }}
),
{%- endif %}

-- One row for each side on which the account stands. What the account of
-- margins keeps is of a circle, not of its pairs.
{% set sides = [
    ('borrowed from', 'transfer_pairs', 'lender_account_id',
        'lender_account_id', 'paid',
        'borrower_account_id = ' ~ param('account')),
    ('lent to', 'transfer_pairs', 'borrower_account_id',
        'lender_account_id', amount('-credited'),
        'lender_account_id = ' ~ param('account')),
    ('kept of what is paid', 'transfers', "''", "''", 'amount',
        "kind = 'margin' and account_id = " ~ param('account')),
] -%}
pairs as (
    {%- for role, table, other, lender, cost, condition in sides %}
    select
        payer_account_id,
        currency_code,
        pool_key,
        '{{ role }}' || case
            when circle = 'leakage' then ', leakage' else ''
        end as role,
        {{ lender }} as lender_account_id,
        {{ other }} as other_account_id,
        units,
        {{ cost }} as paid
    from {{ source('published', table) }}
    where
        billing_period = '{{ var("billing_period") }}'
        and {{ condition }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

named as (
    select
        p.payer_account_id,
        p.currency_code,
        p.pool_key,
        p.role,
        {{ called('p.other_account_id') }} as other_account,
        {%- if param('as_customer') %}
        '' as lender_account_id,
        {%- else %}
        p.lender_account_id,
        {%- endif %}
        p.units,
        p.paid
    from pairs as p
    inner join told as a
        on
            a.account_id = {{ param('account') }}
            and a.shows_real
    left join told as t
        on p.other_account_id = t.account_id
    {%- if param('pool') %}
    where p.pool_key = {{ param('pool') }}
    {%- elif param('service') %}
    inner join pools_of_the_service as s
        on p.pool_key = s.pool_key
    {%- endif %}
),

summed as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        role,
        other_account,
        lender_account_id,
        {{ sum_amount('units') }} as units,
        {{ sum_amount('paid') }} as paid
    from named
    group by
        payer_account_id,
        currency_code,
        pool_key,
        role,
        other_account,
        lender_account_id
),

ranked as (
    select
        s.currency_code,
        {{ told_pool('s.pool_key') }} as pool,
        s.role,
        s.other_account,
        s.units,
        p.unit,
        {{ by_unit('s.paid', 's.units') }} as paid_by_unit,
        {{ by_unit('c.effective_cost', 'c.effective_units') }}
            as cost_by_unit,
        s.paid,
        row_number() over (
            partition by s.currency_code
            order by abs(s.paid) desc, s.pool_key, s.role, s.other_account
        ) as place
    from summed as s
    left join pools as p
        on
            s.payer_account_id = p.payer_account_id
            and s.currency_code = p.currency_code
            and s.pool_key = p.pool_key
    left join {{ source('published', 'share_unit_costs') }} as c
        on
            s.payer_account_id = c.payer_account_id
            and s.currency_code = c.currency_code
            and s.pool_key = c.pool_key
            and s.lender_account_id = c.owner_account_id
            and c.billing_period = '{{ var("billing_period") }}'
),

rows_and_others as (
    select
        currency_code,
        place,
        pool,
        role,
        other_account,
        units,
        unit,
        paid_by_unit,
        cost_by_unit,
        paid
    from ranked
    where place <= 15

    union all

    select
        currency_code,
        16 as place,
        cast(count(*) as varchar) || ' more' as pool,
        '' as role,
        '' as other_account,
        null as units,
        '' as unit,
        null as paid_by_unit,
        null as cost_by_unit,
        {{ sum_amount('paid') }} as paid
    from ranked
    where place > 15
    group by currency_code
)

select
    pool,
    role,
    other_account as account,
    {{ quantity('units') }} as units,
    unit,
    paid_by_unit,
    {%- if not param('as_customer') %}
    cost_by_unit as cost_to_owner,
    {%- endif %}
    paid as amount,
    currency_code as currency
from rows_and_others
{%- if param('category') %}
where {{ param('category') }} in (
    'own_commitment', 'borrowed', 'on_demand', 'lent_commitment',
    'lending_credit', 'unused_commitment'
)
{%- endif %}
order by
    currency_code,
    place
