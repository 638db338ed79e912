{{ require_between(
    'tiers.shapley_permutations', var('tiers').shapley_permutations, 1, 10000
) }}

{% set order_keys =
    'payer_account_id, currency_code, tier_group, permutation' %}

with

members as (
    select * from {{ ref('tier_members') }}
    where member_count > {{ shapley_exact_members() }}
),

{{ numbers_of(10, 4) }},

places as (
    select member
    from members
    group by member
),

-- Two orders at a time, one the other backwards: who comes early in one comes
-- late in the other, which cancels most of the chance.
seeded as (
    select
        n.number as permutation,
        p.member,
        n.number - n.number % 2 as pair_of_orders,
        (
            p.member * 1000003 + (n.number - n.number % 2) * 7919 + 20260731
        ) % 2147483647 as draw
    from numbers as n
    cross join places as p
    where n.number < {{ var('tiers').shapley_permutations }}
),

scrambled_once as (
    select
        permutation,
        member,
        (
            {{ scrambled('draw') }}
            + member * 15485863 + pair_of_orders * 104729
        ) % 2147483647 as draw
    from seeded
),

scrambled_twice as (
    select
        permutation,
        member,
        (1 - 2 * (permutation % 2)) * ({{ scrambled('draw') }}) as draw
    from scrambled_once
),

ordered as (
    select
        m.payer_account_id,
        m.currency_code,
        m.tier_group,
        m.account_id,
        m.paid_usage,
        d.permutation,
        {{ cumulated('m.paid_usage', order_keys, 'd.draw, m.member') }}
            as usage_to_here
    from members as m
    inner join scrambled_twice as d
        on m.member = d.member
),

tier_sampled_orders as (
    {%- for usage, count in [
        ('usage_to_here', 1),
        (amount('usage_to_here - paid_usage'), -1),
    ] %}
    select
        payer_account_id,
        currency_code,
        tier_group,
        account_id,
        {{ usage }} as subset_usage,
        cast({{ count }} as bigint) as order_count
    from ordered
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select * from tier_sampled_orders
