with

list_values as (
    select * from {{ ref('reservation_list_values') }}
),

discount_tiers as (
    select * from {{ ref('reservation_discount_tiers') }}
),

commitments as (
    select * from {{ ref('stg_commitments') }}
),

owners as (
    select
        payer_account_id,
        commitment_arn,
        min(owner_account_id) as owner_account_id
    from commitments
    group by
        payer_account_id,
        commitment_arn
),

-- One that has ended has no lines, and its ARN says whose it was.
bought as (
    select
        v.payer_account_id,
        split_part(v.commitment_arn, ':', 4) as region,
        coalesce(o.owner_account_id, split_part(v.commitment_arn, ':', 5))
            as owner_account_id,
        v.commitment_arn,
        v.list_value,
        v.valid_from as bought_at,
        coalesce(v.valid_until, '9999') as ends_at
    from list_values as v
    left join owners as o
        on
            v.payer_account_id = o.payer_account_id
            and v.commitment_arn = o.commitment_arn
),

-- What was active in the region when a reservation was bought decides its
-- discount for its whole term. A purchase that crosses a threshold becomes a
-- reservation on either side of it.
-- https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/concepts-reserved-instances-application.html
active as (
    select
        b.payer_account_id,
        b.region,
        b.owner_account_id,
        b.commitment_arn,
        b.list_value,
        b.bought_at,
        b.ends_at,
        coalesce({{ sum_amount('e.list_value') }}, {{ zero() }})
            as value_before,
        {{ sum_amount(
            'case when e.owner_account_id = b.owner_account_id '
            ~ 'then e.list_value else ' ~ zero() ~ ' end'
        ) }} as own_value_before
    from bought as b
    left join bought as e
        on
            b.payer_account_id = e.payer_account_id
            and b.region = e.region
            and b.bought_at < e.ends_at
            and (
                e.bought_at < b.bought_at
                or (
                    e.bought_at = b.bought_at
                    and e.commitment_arn < b.commitment_arn
                )
            )
    group by
        b.payer_account_id,
        b.region,
        b.owner_account_id,
        b.commitment_arn,
        b.list_value,
        b.bought_at,
        b.ends_at
),

-- The percentage that the organisation got, and the one its owner alone would
-- have had, of what is active in the period.
tier_reservations as (
    select
        a.payer_account_id,
        a.region,
        a.owner_account_id,
        a.commitment_arn,
        a.list_value,
        {% for name, value in [
            ('percentage', 'a.value_before'),
            ('own_percentage', 'a.own_value_before'),
        ] -%}
        {{ sum_amount(
            'case when t.from_value <= ' ~ value ~ ' and (' ~ value
            ~ ' < t.to_value or t.to_value is null) then t.percentage else '
            ~ zero() ~ ' end'
        ) }} as {{ name }}
        {{- ',\n        ' if not loop.last }}
        {%- endfor %}
    from active as a
    left join discount_tiers as t
        on
            substr(t.valid_from, 1, 10) <= substr(a.bought_at, 1, 10)
            and coalesce(t.valid_until, '9999') > substr(a.bought_at, 1, 10)
    where
        substr(a.bought_at, 1, 7) <= '{{ var("billing_period") }}'
        and a.ends_at > '{{ var("billing_period") }}-01'
    group by
        a.payer_account_id,
        a.region,
        a.owner_account_id,
        a.commitment_arn,
        a.list_value,
        a.bought_at
)

select * from tier_reservations
