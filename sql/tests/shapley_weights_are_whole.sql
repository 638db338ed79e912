-- In every order, what the accounts add one after the other is the list cost
-- of all together: so many times it stands in the weights. Equal accounts have
-- the mean of theirs, to the last digit.
with

weights as (
    select
        w.payer_account_id,
        w.currency_code,
        w.tier_group,
        cast(count(*) as bigint) as member_count,
        {{ sum_amount('w.weight') }} as weight
    from {{ ref('tier_shapley_weights') }} as w
    group by
        w.payer_account_id,
        w.currency_code,
        w.tier_group
),

counts as (
    {{- orders_and_subsets(shapley_exact_members() | int) }}
)

select
    w.tier_group,
    w.weight,
    l.list_cost
from weights as w
inner join {{ ref('tier_standalone_costs') }} as l
    on
        w.payer_account_id = l.payer_account_id
        and w.currency_code = l.currency_code
        and w.tier_group = l.tier_group
        and l.account_id is null
left join counts as c
    on w.member_count = c.number
where
    abs(w.weight - {{ product(
        'l.list_cost',
        amount('coalesce(c.orders, ' ~ var('tiers').shapley_permutations ~ ')')
    ) }}) > {{ amount("0.0000001") }}
    {% if var('tiers').policy != 'shapley' -%}
    and false
    {%- endif %}
