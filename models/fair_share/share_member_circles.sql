with

members as (
    select * from {{ ref('share_members') }}
),

share_member_circles as (
    select
        payer_account_id,
        account_id,
        {%- for round in [1, 2, 3, 4] %}
        max(case when circle_order = {{ round }} then circle end)
            as circle_{{ round }},
        {%- for does in ['lends', 'borrows'] %}
        max(
            case when circle_order = {{ round }} and {{ does }} then 1 else 0 end
        ) = 1 as {{ does }}_{{ round }},
        {%- endfor %}
        {%- endfor %}
        max(case when not is_wanted then circle end) as unwanted_circle,
        max(priority) as priority
    from members
    group by
        payer_account_id,
        account_id
)

select * from share_member_circles
