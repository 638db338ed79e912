-- Volume discounts of reservations move between their owners: the entries of a
-- region sum to 0, what the margin keeps included, and where AWS put them they
-- stay.
select
    payer_account_id,
    currency_code,
    tier_group,
    sum(real_cost) as difference
from {{ ref('tier_entries') }}
where tier_group like 'reservations/%'
group by
    payer_account_id,
    currency_code,
    tier_group
having
    sum(real_cost) <> {{ zero() }}
    {% if var('tiers').policy == 'as_billed' -%}
    or count(*) > 0
    {%- endif %}
