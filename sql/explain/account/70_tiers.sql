-- Volume tiers: the table applied to the account alone, and its part
with

{{ told_accounts('account_id = ' ~ param('account')) }},

tier_rates as (
    select * from {{ ref('tier_rates') }}
),

rates as (
    select
        t.tier_table || '/' || t.region as tier_group,
        t.from_quantity,
        t.to_quantity,
        t.rate,
        t.source
    from tier_rates as t
    where {{ in_force('t') }}
),
{%- if param('service') %}

groups_of_the_service as (
    select tier_group
    from {{ source('published', 'tier_kinds') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and service_code = {{ param('service') }}
    group by tier_group
),
{%- endif %}

benefits as (
    select
        b.*,
        {{ amount('b.usage_amount - b.free_usage') }} as paid_usage,
        row_number() over (
            partition by b.currency_code
            order by abs(b.real_cost) desc, b.tier_group
        ) as place
    from {{ source('published', 'tier_benefits') }} as b
    inner join told as t
        on
            b.account_id = t.account_id
            and t.shows_real
    {%- if param('service') %}
    inner join groups_of_the_service as s
        on b.tier_group = s.tier_group
    {%- endif %}
    where
        b.billing_period = '{{ var("billing_period") }}'
        and b.account_id = {{ param('account') }}
),

-- The dearest groups with every step, the others with what they cost.
shown as (
    select *
    from benefits
    where place <= 3
),

-- The table, tier by tier.
applied as (
    select
        s.currency_code,
        s.place,
        r.from_quantity,
        s.tier_group,
        {{ tier_text('r.from_quantity', 'r.to_quantity') }} as step,
        {{ part_in_tier('s.paid_usage', 'r.from_quantity', 'r.to_quantity') }}
            as usage_amount,
        s.usage_unit,
        r.rate,
        {{ cost_in_tier('s.paid_usage') }} as cost,
        r.source
    from shown as s
    inner join rates as r
        on s.tier_group = r.tier_group
),
{%- if not param('as_customer') %}

-- All accounts together, as AWS prices them.
pooled as (
    select
        s.currency_code,
        s.place,
        s.tier_group,
        s.usage_unit,
        {{ sum_amount('b.usage_amount') }} as usage_amount,
        {{ sum_amount('b.base_cost') }} as base_cost
    from shown as s
    inner join {{ source('published', 'tier_benefits') }} as b
        on
            s.billing_period = b.billing_period
            and s.payer_account_id = b.payer_account_id
            and s.currency_code = b.currency_code
            and s.tier_group = b.tier_group
    group by
        s.currency_code,
        s.place,
        s.tier_group,
        s.usage_unit
),
{%- endif %}

{% set no_amount = 'cast(null as decimal(28, 10))' -%}
{% set steps = [
    (1, 'used', 'usage_amount', no_amount),
    (2, 'of it free', 'free_usage', no_amount),
    (4, 'alone, at the prices of the bill', no_amount, 'standalone_cost'),
    (6, 'as AWS billed it', no_amount, 'base_cost'),
    (7, 'really', no_amount, 'real_cost'),
] -%}
steps as (
    {%- for position, step, usage_amount, cost in steps
        if not (param('as_customer') and step == 'as AWS billed it') %}
    select
        currency_code,
        place,
        {{ position }} as position,
        {{ zero() }} as from_quantity,
        tier_group,
        '{{ step }}' as step,
        {{ usage_amount }} as usage_amount,
        usage_unit,
        {{ no_amount }} as rate,
        {{ cost }} as cost,
        '' as source
    from shown

    union all
    {% endfor %}
    select
        currency_code,
        place,
        3 as position,
        from_quantity,
        tier_group,
        step,
        usage_amount,
        usage_unit,
        rate,
        cost,
        source
    from applied
    where usage_amount > {{ zero() }}
    {%- if not param('as_customer') %}

    union all

    select
        currency_code,
        place,
        5 as position,
        {{ zero() }} as from_quantity,
        tier_group,
        'all accounts together, as billed' as step,
        usage_amount,
        usage_unit,
        {{ no_amount }} as rate,
        base_cost as cost,
        '' as source
    from pooled
    {%- endif %}

    union all

    select
        currency_code,
        place,
        7 as position,
        {{ zero() }} as from_quantity,
        tier_group,
        'really' as step,
        {{ no_amount }} as usage_amount,
        '' as usage_unit,
        {{ no_amount }} as rate,
        real_cost as cost,
        '' as source
    from benefits
    where place > 3
)

select
    case when position = 1 or place > 3 then tier_group else '' end
        as tier_group,
    step,
    {{ quantity('usage_amount') }} as quantity,
    case when usage_amount is not null then usage_unit else '' end as unit,
    cast(rate as decimal(18, 8)) as rate,
    cost as amount,
    currency_code as currency,
    source
from steps
where
    (position <> 2 or usage_amount <> {{ zero() }})
    {%- if param('category') %}
    and {{ param('category') }} = 'tiered'
    {%- endif %}
    {%- if param('pool') %}
    and false
    {%- endif %}
order by
    currency_code,
    place,
    position,
    from_quantity
