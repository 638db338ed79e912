{% set slot_keys = 'payer_account_id, currency_code, pool_key, slot' %}

with

circle_units as (
    select * from {{ ref('share_circle_units') }}
    where is_leakage
),

kept_pairs as (
    select * from {{ ref('share_kept_pairs') }}
),

-- What the kept pairs leave of either is paired by cumulative rounding in both
-- directions.
{% for side, units in [
    ('lender', 'lent_units'), ('borrower', 'borrowed_units')
] -%}
kept_by_{{ side }} as (
    select
        {{ slot_keys }},
        {{ side }}_account_id as account_id,
        {{ sum_amount('units') }} as units
    from kept_pairs
    group by {{ slot_keys }}, {{ side }}_account_id
),

left_of_{{ side }} as (
    select
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        c.slot,
        c.account_id,
        {{ amount('c.' ~ units ~ ' - coalesce(k.units, ' ~ zero() ~ ')') }}
            as units
    from circle_units as c
    left join kept_by_{{ side }} as k
        on
            c.payer_account_id = k.payer_account_id
            and c.currency_code = k.currency_code
            and c.pool_key = k.pool_key
            and c.slot = k.slot
            and c.account_id = k.account_id
),

{{ side }}s as (
    select
        *,
        {{ total_over('units', slot_keys) }} as all_units,
        {{ cumulated('units', slot_keys, 'account_id') }} as cumulated_units
    from left_of_{{ side }}
    where units > {{ zero() }}
),

{% endfor -%}
crossed as (
    select
        l.payer_account_id,
        l.currency_code,
        l.pool_key,
        l.slot,
        l.account_id as lender_account_id,
        b.account_id as borrower_account_id,
        {{ crossed_units('l.units', 'b.units') }}
    from lenders as l
    inner join borrowers as b
        on
            l.payer_account_id = b.payer_account_id
            and l.currency_code = b.currency_code
            and l.pool_key = b.pool_key
            and l.slot = b.slot
),

new_pairs as (
    select
        {{ slot_keys }},
        lender_account_id,
        borrower_account_id,
        {{ units_of_pair() }} as units
    from crossed
),

pairs as (
    {%- for relation in ['kept_pairs', 'new_pairs'] %}
    select
        {{ slot_keys }},
        lender_account_id,
        borrower_account_id,
        units
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

share_leaked_units as (
    select
        {{ slot_keys }},
        lender_account_id,
        borrower_account_id,
        {{ sum_amount('units') }} as units
    from pairs
    group by {{ slot_keys }}, lender_account_id, borrower_account_id
)

select * from share_leaked_units
where units <> {{ zero() }}
