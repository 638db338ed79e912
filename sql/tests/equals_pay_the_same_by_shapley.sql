-- Accounts of the same paid usage pay the same, up to the last digit.
select
    c.payer_account_id,
    c.currency_code,
    c.tier_group,
    u.paid_usage
from {{ ref('tier_account_costs') }} as c
inner join {{ ref('tier_free_usage') }} as u
    on
        c.payer_account_id = u.payer_account_id
        and c.currency_code = u.currency_code
        and c.tier_group = u.tier_group
        and c.account_id = u.account_id
where
    c.standalone_cost > {{ zero() }}
    {% if var('tiers').policy != 'shapley' -%}
    and false
    {%- endif %}
group by
    c.payer_account_id,
    c.currency_code,
    c.tier_group,
    u.paid_usage
having max(c.real_cost) - min(c.real_cost) > {{ amount("0.0000000001") }}
