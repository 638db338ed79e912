{% set group_keys = 'payer_account_id, currency_code, tier_group' %}
{% set most = shapley_exact_members() | int %}

with

members as (
    select * from {{ ref('tier_members') }}
    where member_count <= {{ most }}
),

counts as (
    {{- orders_and_subsets(most) }}
),

{{ numbers_of(2, most) }},

-- A subset is a number whose binary digits say who is in it.
subsets as (
    select
        m.*,
        n.number as subset,
        case m.member
            {%- for member in range(most) %}
            when {{ member }} then n.digit_{{ member }}
            {%- endfor %}
        end as is_in
    from members as m
    inner join counts as c
        on m.member_count = c.number
    inner join numbers as n
        on n.number < c.subsets
),

sized as (
    select
        *,
        {{ total_over(
            'case when is_in = 1 then paid_usage else ' ~ zero() ~ ' end',
            group_keys ~ ', subset'
        ) }} as subset_usage,
        cast(sum(cast(is_in as decimal(18, 0))) over (
            partition by {{ group_keys }}, subset
        ) as bigint) as subset_size
    from subsets
),

-- In how many orders the subset stands just after the account came to it, or
-- just before the account comes: those are the orders in which its cost
-- counts for the account, or against it.
tier_subsets as (
    select
        s.payer_account_id,
        s.currency_code,
        s.tier_group,
        s.account_id,
        s.subset_usage,
        (2 * s.is_in - 1) * b.orders * a.orders as order_count
    from sized as s
    inner join counts as b
        on s.subset_size - s.is_in = b.number
    inner join counts as a
        on s.member_count - 1 - s.subset_size + s.is_in = a.number
)

select * from tier_subsets
