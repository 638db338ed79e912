with

share_circle_units as (
    select * from {{ ref('share_round_1') }}

    union all

    select * from {{ ref('share_round_2') }}

    union all

    select * from {{ ref('share_round_3') }}
)

select * from share_circle_units
