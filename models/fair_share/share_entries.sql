{% set keys -%}
payer_account_id,
        currency_code,
        pool_key,
        service_code
{%- endset %}

with

commitment_costs as (
    select * from {{ ref('share_commitment_costs') }}
),

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
),

services as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        min(service_code) as service_code
    from commitment_costs
    group by
        payer_account_id,
        currency_code,
        pool_key
),

sharing as (
    select
        c.*,
        s.service_code
    from circle_costs as c
    inner join services as s
        on
            c.payer_account_id = s.payer_account_id
            and c.currency_code = s.currency_code
            and c.pool_key = s.pool_key
),

-- Rows that AWS did not bill: what lending does to owners and margin, and
-- what closes each owner's pool.
entries as (
    select
        {{ keys }},
        owner_account_id as account_id,
        'unused_commitment' as category,
        'closing_entry' as rule,
        {{ zero() }} as units,
        closing_cost as real_cost
    from commitment_costs

    {%- for account, category, rule, units, cost in [
        (
            'account_id', 'lent_commitment', 'lent_units',
            'lent_units', 'lent_cost'
        ),
        (
            'account_id', 'lending_credit', 'lending_credit',
            'lent_units', amount('-lending_credit')
        ),
        (
            "'" ~ var('margin_account') ~ "'", 'margin', 'margin',
            'borrowed_units', amount('lending_credit - borrowed_cost')
        ),
    ] %}

    union all

    select
        {{ keys }},
        {{ account }} as account_id,
        '{{ category }}' as category,
        '{{ rule }}' as rule,
        {{ units }} as units,
        {{ cost }} as real_cost
    from sharing
    {%- endfor %}
),

share_entries as (
    select
        {{ keys }},
        account_id,
        category,
        rule,
        {{ sum_amount('units') }} as units,
        {{ zero() }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost
    from entries
    group by
        {{ keys }},
        account_id,
        category,
        rule
    having sum(real_cost) <> {{ zero() }}
)

select * from share_entries
