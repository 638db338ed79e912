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

amounts as (
    select * from {{ ref('price_amounts') }}
),

details as (
    select * from {{ ref('statement_details') }}
),

weighted as (
    select
        a.payer_account_id,
        a.currency_code,
        a.account_id,
        a.service_code,
        a.usage_type,
        a.sku,
        a.category,
        a.price,
        coalesce(d.region, '') as region,
        coalesce(d.operation, '') as operation,
        coalesce(d.description, '') as description,
        coalesce(d.usage_unit, '') as usage_unit,
        coalesce(d.quantity, {{ zero() }}) as quantity,
        coalesce(
            case when a.basis = 'list_price' then d.list_price else d.real_cost end,
            {{ zero() }}
        ) as weight
    from amounts as a
    left join details as d
        on
            a.payer_account_id = d.payer_account_id
            and a.currency_code = d.currency_code
            and a.account_id = d.account_id
            and a.service_code = d.service_code
            and a.usage_type = d.usage_type
            and a.sku = d.sku
            and a.category = d.category
),

placed as (
    select
        *,
        row_number() over (
            partition by {{ keys }}
            order by region, operation
        ) as place,
        {{ cumulated('weight', keys, 'region, operation') }} as cumulated_weight,
        {{ total_over('weight', keys) }} as total_weight,
        {{ total_over('abs(weight)', keys) }} as absolute_weight
    from weighted
),

-- A price is spread as what it is a percentage of; where that is nothing, or
-- little beside what cancels out in it, the price is of the first part.
statement_parts as (
    select
        {{ keys }},
        region,
        operation,
        description,
        usage_unit,
        quantity,
        case
            when
                total_weight <> {{ zero() }}
                and {{ amount('abs(total_weight) + abs(total_weight)') }}
                    >= absolute_weight
                then {{ share(
                    'price', 'cumulated_weight', 'weight', 'total_weight'
                ) }}
            when place = 1 then price
            else {{ zero() }}
        end as price
    from placed
)

select * from statement_parts
