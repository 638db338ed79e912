{#- What AWS's descriptions begin with: a price, which is not the customer's,
    and a tier, which is not the account's. -#}
{% set price = '([$]|USD )?[0-9][0-9.,]*( USD)? (hourly fee )?(per|for) ' %}
{% set measure = '(GB|request) - ' %}
{% set tier = '(first|next|over|greater than) [0-9.,]+ ?[KMGTP]?B? ?/ ?month (of )?' %}

with

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

skus as (
    select * from {{ ref('price_skus') }}
),

line_item_types as (
    select * from {{ ref('line_item_types') }} as t
    where {{ in_force('t') }}
),

typed as (
    select
        g.*,
        coalesce(s.sku, '') as price_sku,
        coalesce(t.role in ('usage', 'covered'), false) as is_usage,
        {{ has_account_id('g.description') }} as names_account
    from line_groups as g
    left join skus as s
        on g.sku = s.sku
    left join line_item_types as t
        on g.line_item_type = t.line_item_type
),

-- Negations, discounts and fees repeat the unit of what they belong to. What
-- AWS says of a covered line is the size of the reservation, after its
-- platform; a text with an account's id may name another customer's.
statement_descriptions as (
    select
        payer_account_id,
        account_id,
        service_code,
        line_group,
        coalesce(usage_type, '') as usage_type,
        price_sku as sku,
        coalesce(region, '') as region,
        coalesce(operation, '') as operation,
        is_usage,
        case when is_usage then usage_unit end as usage_unit,
        case
            when names_account or not is_usage then 4
            when line_item_type = 'DiscountedUsage' then 3
            when description like '%free tier%' then 2
            else 1
        end as choice,
        case
            when names_account then cast(null as varchar)
            when line_item_type = 'DiscountedUsage'
                then split_part(description, ',', 1)
            else {{ without_beginning(
                'description', price ~ '(' ~ measure ~ ')?(' ~ tier ~ ')?'
            ) }}
        end as description
    from typed
)

select * from statement_descriptions
