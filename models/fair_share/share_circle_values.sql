{% set account_keys
    = 'payer_account_id, currency_code, pool_key, slot, account_id' %}

with

circle_lender_costs as (
    select * from {{ ref('share_circle_lender_costs') }}
),

borrower_costs as (
    select * from {{ ref('share_borrower_costs') }}
),

relief as (
    select * from {{ ref('share_relief') }}
),

costed as (
    select
        c.*,
        b.borrower_cost,
        b.value_of_covered,
        b.value_of_uncovered,
        case
            when c.is_leakage then coalesce(f.relief, {{ zero() }})
            else {{ zero() }}
        end as relief
    from circle_lender_costs as c
    inner join borrower_costs as b
        on
            c.payer_account_id = b.payer_account_id
            and c.currency_code = b.currency_code
            and c.pool_key = b.pool_key
            and c.slot = b.slot
            and c.account_id = b.account_id
    left join relief as f
        on
            c.payer_account_id = f.payer_account_id
            and c.currency_code = f.currency_code
            and c.pool_key = f.pool_key
            and c.slot = f.slot
            and c.account_id = f.account_id
),

-- Over its circles an account's cost goes by units at the mean cost of those
-- who lend there.
weighted as (
    select
        *,
        {{ weight_or_fallback(
            mul_div('borrowed_units', 'circle_cost', 'circle_lent_units'),
            'borrowed_units',
            account_keys
        ) }} as cost_weight
    from costed
),

weighted_in_order as (
    select
        *,
        {%- for name in ['cost_weight', 'borrowed_units'] %}
        {{ total_over(name, account_keys) }} as total_{{ name }},
        {{ cumulated(name, account_keys, 'is_leakage, circle') }}
            as cumulated_{{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from weighted
),

by_circle as (
    select
        *,
        case
            when borrowed_units > {{ zero() }} then {{ share(
                'borrower_cost', 'cumulated_cost_weight', 'cost_weight',
                'total_cost_weight'
            ) }}
            else {{ zero() }}
        end as cost,
        {%- for name in ['value_of_covered', 'value_of_uncovered'] %}
        {{ share(
            name, 'cumulated_borrowed_units', 'borrowed_units',
            'total_borrowed_units'
        ) }} as circle_{{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from weighted_in_order
),

share_circle_values as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        circle,
        is_leakage,
        account_id,
        borrowed_units,
        cost,
        circle_value_of_uncovered as value_of_uncovered,
        {{ amount('circle_value_of_covered + circle_value_of_uncovered') }}
            as on_demand_cost,
        relief,
        {{ amount(
            'circle_value_of_covered + circle_value_of_uncovered - relief'
        ) }} as value,
        lent_units,
        circle_lender_cost
    from by_circle
)

select * from share_circle_values
