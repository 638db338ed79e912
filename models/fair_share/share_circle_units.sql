with

rounds as (
    select * from {{ ref('share_rounds') }}
),

-- Who borrowed and lent in which circle.
share_circle_units as (
    {%- for round in [1, 2, 3, 4, 'unwanted'] %}
    {%- set circle = 'unwanted_circle' if round == 'unwanted'
        else 'circle_' ~ round %}
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        {{ circle }} as circle,
        {{ round == 'unwanted' }} as is_leakage,
        account_id,
        borrowed_{{ round }} as borrowed_units,
        lent_{{ round }} as lent_units
    from rounds
    where
        borrowed_{{ round }} > {{ zero() }}
        or lent_{{ round }} > {{ zero() }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select * from share_circle_units
