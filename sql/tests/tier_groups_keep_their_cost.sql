-- What the accounts of a tier group pay, less what the margin account keeps of
-- it, is what AWS billed for it. So it is for the volume discounts of
-- reservations, which are entries alone.
with

both_sides as (
    {%- for relation, cost in [
        ('tier_usage', amount('-base_cost')),
        ('tier_account_costs', 'real_cost'),
        ('tier_entries', 'real_cost'),
    ] %}
    select
        payer_account_id,
        currency_code,
        tier_group,
        {{ cost }} as cost
    from {{ ref(relation) }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select
    payer_account_id,
    currency_code,
    tier_group,
    sum(cost) as difference
from both_sides
group by
    payer_account_id,
    currency_code,
    tier_group
having sum(cost) <> {{ zero() }}
