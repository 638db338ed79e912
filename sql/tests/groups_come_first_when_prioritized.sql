-- Each circle is exhausted before the next: who still wants and who still has
-- something left in the organization are not of one group.
{% if var('sharing').mode == 'prioritized' %}
with

sides as (
    select
        u.payer_account_id,
        u.currency_code,
        u.pool_key,
        u.slot,
        m.account_group,
        sum(u.borrowed_units) as borrowed_units,
        sum(u.lent_units) as lent_units
    from {{ ref('share_circle_units') }} as u
    inner join {{ ref('share_members') }} as m
        on
            u.payer_account_id = m.payer_account_id
            and u.account_id = m.account_id
            and u.circle = m.circle
    where u.circle = 'organization'
    group by
        u.payer_account_id,
        u.currency_code,
        u.pool_key,
        u.slot,
        m.account_group
)

select *
from sides
where
    borrowed_units > {{ zero() }}
    and lent_units > {{ zero() }}
{% else %}
select account_group
from {{ ref('share_members') }}
where 1 = 0
{% endif %}
