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
{#- What AWS's descriptions begin with: a price, which is not the customer's,
    and a tier, which is not the account's. -#}
{% set price = '([$]|USD )?[0-9][0-9.,]*( USD)? (hourly fee )?(per|for) ' %}
{% set measure = '(GB|request) - ' %}
{% set tier = '(first|next|over|greater than) [0-9.,]+ ?[KMGTP]?B? ?/ ?month (of )?' %}

with

line_costs as (
    select * from {{ ref('price_line_costs') }}
),

tier_lines as (
    select * from {{ ref('tier_line_costs') }}
),

skus as (
    select * from {{ ref('price_skus') }}
),

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

line_item_types as (
    select * from {{ ref('line_item_types') }} as t
    where {{ in_force('t') }}
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
-- What AWS says of a covered line is the size of the reservation, after its
-- platform; a text with an account's id may name another customer's.
described as (
    select
        c.*,
        coalesce(g.usage_type, '') as usage_type,
        coalesce(s.sku, '') as sku,
        coalesce(g.region, '') as region,
        coalesce(g.operation, '') as operation,
        case
            when t.role in ('usage', 'covered') then g.usage_unit
        end as usage_unit,
        case
            when t.role in ('usage', 'covered') then c.usage_amount
            else {{ zero() }}
        end as quantity,
        case
            when {{ has_account_id('g.description') }} then 4
            when g.line_item_type = 'DiscountedUsage' then 3
            when t.role not in ('usage', 'covered') then 4
            when g.description like '%free tier%' then 2
            else 1
        end as choice,
        case
            when {{ has_account_id('g.description') }}
                then cast(null as varchar)
            when g.line_item_type = 'DiscountedUsage'
                then split_part(g.description, ',', 1)
            else {{ without_beginning(
                'g.description', price ~ '(' ~ measure ~ ')?(' ~ tier ~ ')?'
            ) }}
        end as description
    from costs as c
    left join line_groups as g
        on
            {{ is_group_of('g', 'c') }}
    left join skus as s
        on g.sku = s.sku
    left join line_item_types as t
        on g.line_item_type = t.line_item_type
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
