-- Volume tiers: the organization's price, and what accounts would pay alone
with

-- Pooled is what AWS billed, whoever has the saving.
groups as (
    select
        tier_group,
        max(usage_unit) as unit,
        sum(case when usage_amount > {{ zero() }} then 1 else 0 end) as accounts,
        sum(usage_amount) as usage,
        sum(free_usage) as free_usage,
        sum(base_cost) as pooled_cost,
        sum(standalone_cost) as standalone_cost,
        sum(standalone_cost - base_cost) as saving
    from {{ ref('tier_benefits') }}
    group by tier_group
),

ranked as (
    select
        *,
        row_number() over (
            order by saving desc, pooled_cost desc, tier_group
        ) as place
    from groups
),

-- The groups that save most by name, the others in one row.
rows_and_total as (
    select
        place,
        tier_group,
        unit,
        accounts,
        usage,
        free_usage,
        pooled_cost,
        standalone_cost,
        saving
    from ranked
    where place <= 6

    union all

    select
        7 as place,
        'other groups' as tier_group,
        '' as unit,
        null as accounts,
        null as usage,
        null as free_usage,
        sum(pooled_cost) as pooled_cost,
        sum(standalone_cost) as standalone_cost,
        sum(saving) as saving
    from ranked
    where place > 6
    having count(*) > 0

    union all

    select
        8 as place,
        'total' as tier_group,
        '' as unit,
        null as accounts,
        null as usage,
        null as free_usage,
        sum(pooled_cost) as pooled_cost,
        sum(standalone_cost) as standalone_cost,
        sum(saving) as saving
    from ranked
)

select
    tier_group as "group",
    accounts,
    cast(usage as decimal(18, 2)) as usage,
    cast(free_usage as decimal(18, 2)) as free,
    unit,
    cast(pooled_cost as decimal(18, 2)) as pooled,
    cast(standalone_cost as decimal(18, 2)) as alone,
    cast(saving as decimal(18, 2)) as saving
from rows_and_total
order by place
