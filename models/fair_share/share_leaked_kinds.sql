with

line_items as (
    select * from {{ ref('pool_line_items') }}
    where
        role = 'covered'
        and pool_unit <> 'dollars of commitment'
        and not is_own_covered
        and units > {{ zero() }}
),

circle_units as (
    select * from {{ ref('share_circle_units') }}
    where is_leakage and borrowed_units > {{ zero() }}
),

positions as (
    select * from {{ ref('share_positions') }}
),

leaked as (
    select
        c.payer_account_id,
        c.currency_code,
        c.pool_key,
        c.slot,
        c.account_id,
        c.borrowed_units as leaked_units,
        p.other_covered_units
    from circle_units as c
    inner join positions as p
        on
            c.payer_account_id = p.payer_account_id
            and c.currency_code = p.currency_code
            and c.pool_key = p.pool_key
            and c.slot = p.slot
            and c.account_id = p.account_id
),

-- Every kind of usage that others covered leaked in the same part.
share_leaked_kinds as (
    select
        l.payer_account_id,
        l.currency_code,
        l.pool_key,
        l.slot,
        l.account_id,
        l.service_code,
        l.usage_type,
        l.operation,
        l.region,
        {%- for name in ['usage_amount', 'on_demand_value'] %}
        {{ mul_div(
            sum_amount('l.' ~ name), 'k.leaked_units', 'k.other_covered_units'
        ) }} as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from line_items as l
    inner join leaked as k
        on
            l.payer_account_id = k.payer_account_id
            and l.currency_code = k.currency_code
            and l.pool_key = k.pool_key
            and l.slot = k.slot
            and l.account_id = k.account_id
    group by
        l.payer_account_id,
        l.currency_code,
        l.pool_key,
        l.slot,
        l.account_id,
        l.service_code,
        l.usage_type,
        l.operation,
        l.region,
        k.leaked_units,
        k.other_covered_units
)

select * from share_leaked_kinds
