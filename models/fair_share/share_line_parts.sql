{% set names = [
    ('own_commitment', 'own'), ('borrowed', 'borrowed'),
    ('on_demand', 'on_demand'),
] %}

with

pool_lines as (
    select * from {{ ref('share_line_costs') }}
),

categories as (
    {%- for category, name in names %}
    select
        '{{ category }}' as part_category,
        cast({{ loop.index }} as bigint) as part_order
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

-- A pool's line has a part for each category that its cost or units fall under:
-- first the one that AWS billed, with what the line is.
parts as (
    select
        l.*,
        c.part_category,
        l.category = c.part_category as is_billed_part,
        {%- for value in ['units', 'cost'] %}
        case c.part_category
            {%- for category, name in names %}
            when '{{ category }}' then l.{{ name }}_{{ value }}
            {%- endfor %}
        end as part_{{ value }},
        {%- endfor %}
        {%- for category, name in names if category != 'on_demand' %}
        case
            when
                c.part_order > {{ loop.index }}
                and l.category <> '{{ category }}'
                and (
                    l.{{ name }}_cost <> {{ zero() }}
                    or l.{{ name }}_units <> {{ zero() }}
                )
                then 1
            else 0
        end {{ '+' if not loop.last else 'as parts_before' }}
        {%- endfor %}
    from pool_lines as l
    cross join categories as c
    where
        l.category = c.part_category
        {%- for category, name in names %}
        or (
            c.part_category = '{{ category }}'
            and (
                l.{{ name }}_cost <> {{ zero() }}
                or l.{{ name }}_units <> {{ zero() }}
            )
        )
        {%- endfor %}
),

share_line_parts as (
    select
        payer_account_id,
        currency_code,
        line_group,
        line_item_id,
        case
            when is_billed_part then cast(1 as bigint)
            else cast(parts_before + 2 as bigint)
        end as part,
        slot as usage_start,
        usage_end,
        account_id,
        service_code,
        part_category as category,
        pool_key,
        rule,
        commitment_arn,
        {%- for name in ['usage_amount', 'list_cost', 'base_cost'] %}
        case when is_billed_part then {{ name }} else {{ zero() }} end
            as {{ name }},
        {%- endfor %}
        part_units as units,
        part_cost as real_cost
    from parts
)

select * from share_line_parts
