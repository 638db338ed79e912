with

positions as (
    select * from {{ ref('share_positions') }}
),

rounds as (
    select * from {{ ref('share_rounds') }}
),

unit_costs as (
    select * from {{ ref('share_unit_costs') }}
),

borrowed as (
    select
        p.*,
        {%- for name in ['borrowed', 'lent'] %}
        coalesce({{ amount(
            'r.' ~ name ~ '_1 + r.' ~ name ~ '_2 + r.' ~ name ~ '_3 + r.'
            ~ name ~ '_4 + r.' ~ name ~ '_unwanted'
        ) }}, {{ zero() }}) as {{ name }}_units,
        {%- endfor %}
        u.effective_cost,
        u.effective_units
    from positions as p
    left join rounds as r
        on
            p.payer_account_id = r.payer_account_id
            and p.currency_code = r.currency_code
            and p.pool_key = r.pool_key
            and p.slot = r.slot
            and p.account_id = r.account_id
    left join unit_costs as u
        on
            p.payer_account_id = u.payer_account_id
            and p.currency_code = u.currency_code
            and p.pool_key = u.pool_key
            and p.account_id = u.owner_account_id
),

-- Of what others covered, what is borrowed still stays first; own use takes of
-- the rest, then of what was uncovered.
units as (
    select
        *,
        {{ smaller_of('borrowed_units', 'other_covered_units') }}
            as still_borrowed,
        {{ larger_of(
            amount('borrowed_units - other_covered_units'), zero()
        ) }} as newly_borrowed,
        {{ amount('own_use - own_covered_units') }} as more_own_use,
        {{ amount('demand - own_use - borrowed_units') }} as on_demand_units
    from borrowed
),

own_use as (
    select
        *,
        {{ smaller_of(
            'more_own_use', amount('other_covered_units - still_borrowed')
        ) }} as own_use_of_covered,
        {{ larger_of(
            amount('more_own_use - (other_covered_units - still_borrowed)'),
            zero()
        ) }} as own_use_of_uncovered
    from units
),

-- What each could give up and take over: uncovered cost moves with uncovered
-- units, cost of commitments with borrowed ones.
share_offers as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        demand,
        other_covered_units,
        other_covered_cost,
        other_covered_value,
        uncovered_units,
        uncovered_cost,
        lent_as_billed,
        lent_cost_as_billed,
        lent_base_cost,
        capacity,
        own_use,
        own_use_of_covered,
        own_use_of_uncovered,
        {%- for name in ['covered', 'uncovered'] %}
        coalesce({{ mul_div(
            'own_use_of_' ~ name, 'effective_cost', 'effective_units'
        ) }}, {{ zero() }}) as own_cost_of_{{ name }},
        {%- endfor %}
        borrowed_units,
        still_borrowed,
        newly_borrowed,
        lent_units,
        on_demand_units,
        {%- for name, cost, less, of in [
            ('offered', 'uncovered_cost', 'on_demand_units', 'uncovered_units'),
            ('returned', 'other_covered_cost', 'borrowed_units',
                'other_covered_units'),
        ] %}
        case
            when {{ less }} < {{ of }} then {{ mul_div(
                cost, amount(of ~ ' - ' ~ less), of
            ) }}
            else {{ zero() }}
        end as {{ name }}_cost,
        {%- endfor %}
        case
            when on_demand_units > uncovered_units then coalesce(
                {{ mul_div(
                    'other_covered_value',
                    amount('on_demand_units - uncovered_units'),
                    'other_covered_units'
                ) }},
                {{ zero() }}
            )
            else {{ zero() }}
        end as wanted_cost,
        {{ amount('other_covered_units - still_borrowed') }} as returned_units
    from own_use
)

select * from share_offers
