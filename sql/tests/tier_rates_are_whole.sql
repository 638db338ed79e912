-- Tiers of a table follow one another from zero to the open end, in one unit,
-- and a rule names the table: else usage would be priced twice or not at all.
with

rates as (
    select r.*
    from {{ ref('tier_rates') }} as r
    where {{ in_force('r') }}
),

neighbours as (
    select
        *,
        lag(to_quantity) over (
            partition by tier_table, region
            order by from_quantity, to_quantity
        ) as previous_end,
        lead(from_quantity) over (
            partition by tier_table, region
            order by from_quantity, to_quantity
        ) as next_start,
        min(unit) over (partition by tier_table, region) as first_unit,
        row_number() over (
            partition by tier_table, region
            order by from_quantity, to_quantity
        ) as tier_number
    from rates
)

select n.*
from neighbours as n
left join (
    select tier_table
    from {{ ref('tier_rules') }}
    group by tier_table
) as t
    on n.tier_table = t.tier_table
where
    t.tier_table is null
    or n.unit <> n.first_unit
    or n.to_quantity <= n.from_quantity
    or (n.tier_number = 1 and n.from_quantity <> {{ zero() }})
    or (
        n.tier_number > 1
        and (
            n.previous_end is null
            or n.previous_end <> n.from_quantity
        )
    )
    or (n.next_start is null and n.to_quantity is not null)
