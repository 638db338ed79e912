{% set group_keys = 'payer_account_id, currency_code, tier_group' %}

with

usage as (
    select * from {{ ref('tier_free_usage') }}
),

-- Accounts that pay for nothing change no order's cost, and none is averaged
-- for them. Other policies ask for no orders.
tier_members as (
    select
        {{ group_keys }},
        account_id,
        paid_usage,
        cast(row_number() over (
            partition by {{ group_keys }} order by account_id
        ) as bigint) - 1 as member,
        cast(count(*) over (
            partition by {{ group_keys }}
        ) as bigint) as member_count
    from usage
    where
        paid_usage > {{ zero() }}
        {% if var('tiers').policy != 'shapley' -%}
        and false
        {%- endif %}
)

select * from tier_members
