{{ config(materialized='table', schema='working') }}

{% set keys -%}
payer_account_id,
        currency_code,
        account_id,
        service_code,
        usage_type,
        sku,
        category
{%- endset %}
with

line_costs as (
    select * from {{ ref('price_line_costs') }}
),

tier_lines as (
    select * from {{ ref('tier_line_costs') }}
),

descriptions as (
    select * from {{ ref('statement_descriptions') }}
),

-- The list price of tiered usage is spread as its cost is.
costs as (
    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        category,
        usage_amount,
        real_cost,
        list_price
    from line_costs

    union all

    select
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        category,
        {{ sum_amount('usage_amount') }} as usage_amount,
        {{ sum_amount('real_cost') }} as real_cost,
        {{ sum_amount('weight') }} as list_price
    from tier_lines
    group by
        payer_account_id,
        currency_code,
        account_id,
        service_code,
        line_group,
        category
),

-- Negations, discounts and fees repeat the quantity of what they belong to.
described as (
    select
        c.*,
        coalesce(d.usage_type, '') as usage_type,
        coalesce(d.sku, '') as sku,
        coalesce(d.region, '') as region,
        coalesce(d.operation, '') as operation,
        d.usage_unit,
        case
            when d.is_usage then c.usage_amount else {{ zero() }}
        end as quantity,
        d.choice,
        d.description
    from costs as c
    left join descriptions as d
        on
            {{ is_group_of('d', 'c') }}
),

-- What a price is for, by what a person tells apart: the report has a platform
-- as operation alone.
grouped as (
    select
        {{ keys }},
        region,
        operation,
        max(usage_unit) as usage_unit,
        {%- for choice in [1, 2, 3, 4] %}
        min(case when choice = {{ choice }} then description end)
            as description_{{ choice }},
        {%- endfor %}
        {{ sum_amount('quantity') }} as quantity,
        {{ sum_amount('real_cost') }} as real_cost,
        {{ sum_amount('list_price') }} as list_price
    from described
    group by
        {{ keys }},
        region,
        operation
),

-- Usage is described alike whatever covered it.
of_usage as (
    select
        *,
        coalesce(
            {%- for choice in [1, 2, 3] %}
            min(description_{{ choice }}) over (
                partition by
                    payer_account_id,
                    account_id,
                    service_code,
                    usage_type,
                    region,
                    operation
            )
            {{- ',' if not loop.last }}
            {%- endfor %}
        ) as usage_description
    from grouped
),

statement_details as (
    select
        {{ keys }},
        region,
        operation,
        usage_unit,
        case
            when coalesce(description_1, description_2, description_3) is null
                then coalesce(description_4, usage_description)
            else usage_description
        end as description,
        quantity,
        real_cost,
        list_price
    from of_usage
)

select * from statement_details
