with

commitment_costs as (
    select * from {{ ref('share_commitment_costs') }}
),

circle_costs as (
    select * from {{ ref('share_circle_costs') }}
),

pools as (
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
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        p.service_code,
        c.account_id,
        {{ sum_amount('c.borrowed_units') }} as borrowed_units,
        {{ sum_amount('c.borrowed_cost') }} as borrowed_cost,
        {{ sum_amount('c.lent_units') }} as lent_units,
        {{ sum_amount('c.lent_cost') }} as lent_cost,
        {{ sum_amount('c.lending_credit') }} as lending_credit
    from circle_costs as c
    inner join pools as p
        on
            c.payer_account_id = p.payer_account_id
            and c.currency_code = p.currency_code
            and c.pool_key = p.pool_key
    group by
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        p.service_code,
        c.account_id
),

-- Rows that AWS did not bill: what lending does to owners and margin, and
-- what closes each owner's pool.
share_entries as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        service_code,
        owner_account_id as account_id,
        'unused_commitment' as category,
        'closing_entry' as rule,
        {{ zero() }} as units,
        closing_cost as real_cost
    from commitment_costs
    where closing_cost <> {{ zero() }}

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        service_code,
        account_id,
        'lent_commitment' as category,
        'lent_units' as rule,
        lent_units as units,
        lent_cost as real_cost
    from sharing
    where lent_cost <> {{ zero() }}

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        service_code,
        account_id,
        'lending_credit' as category,
        'lending_credit' as rule,
        lent_units as units,
        {{ amount('-lending_credit') }} as real_cost
    from sharing
    where lending_credit <> {{ zero() }}

    union all

    select
        payer_account_id,
        currency_code,
        pool_key,
        service_code,
        '{{ var("margin_account") }}' as account_id,
        'margin' as category,
        'margin' as rule,
        {{ sum_amount('borrowed_units') }} as units,
        {{ amount('sum(lending_credit) - sum(borrowed_cost)') }} as real_cost
    from sharing
    group by
        payer_account_id,
        currency_code,
        pool_key,
        service_code
    having sum(lending_credit) <> sum(borrowed_cost)
)

select * from share_entries
