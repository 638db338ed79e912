{{ config(materialized='table', schema='working') }}
{{ require_one_of(
    'sharing.mode',
    var('sharing').mode,
    ['open', 'prioritized', 'restricted', 'owner_only']
) }}

with

positions as (
    select * from {{ ref('share_positions') }}
),

sharing_circles as (
    select * from {{ ref('sharing_circles') }}
),

accounts as (
    select
        payer_account_id,
        account_id
    from positions
    group by
        payer_account_id,
        account_id
),

-- Until the account registry says otherwise every account is a group of its
-- own and shares.
registered as (
    select
        *,
        account_id as account_group,
        true as shares
    from accounts
),

-- The circles of the sharing mode, in the order in which they are exhausted.
-- https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/ri-turn-off.html
share_members as (
    select
        r.payer_account_id,
        r.account_id,
        r.account_group,
        c.circle_order,
        case
            when c.circle = 'group' then r.account_group
            else c.circle
        end as circle,
        c.is_leakage
    from registered as r
    inner join sharing_circles as c
        on
            c.mode = '{{ var("sharing").mode }}'
            and (r.shares or c.is_leakage)
            and {{ in_force('c') }}
)

select * from share_members
