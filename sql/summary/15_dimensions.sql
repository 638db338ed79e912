-- Dimensions: the ten largest costs of each that config.yaml names
with

costs as (
    {%- for name in var('dimensions', {}) %}
    select
        {{ loop.index }} as position,
        '{{ name }}' as dimension,
        "{{ name }}" as value,
        currency_code,
        base_cost,
        real_cost
    from {{ ref('daily_costs') }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- else %}
    select
        0 as position,
        '' as dimension,
        '' as value,
        currency_code,
        base_cost,
        real_cost
    from {{ ref('daily_costs') }}
    where currency_code is null
    {%- endfor %}
),

summed as (
    select
        position,
        dimension,
        coalesce(value, '') as value,
        currency_code,
        sum(base_cost) as base_cost,
        sum(real_cost) as real_cost
    from costs
    group by
        position,
        dimension,
        coalesce(value, ''),
        currency_code
),

ranked as (
    select
        *,
        row_number() over (
            partition by dimension, currency_code
            order by real_cost desc, value
        ) as place
    from summed
)

select
    dimension,
    coalesce(nullif(substr(value, 1, 40), ''), '(none)') as value,
    cast(base_cost as decimal(18, 2)) as as_billed,
    cast(real_cost as decimal(18, 2)) as real_cost,
    cast(real_cost - base_cost as decimal(18, 2)) as difference,
    currency_code as currency
from ranked
where place <= 10
order by
    position,
    currency_code,
    place
