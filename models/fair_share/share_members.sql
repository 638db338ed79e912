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

registry as (
    select * from {{ ref('stg_accounts') }}
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

-- An account that is not in the registry shares, as a group of its own; its
-- priority is empty, which is the lowest.
registered as (
    select
        a.payer_account_id,
        a.account_id,
        coalesce(r.account_group, a.account_id) as account_group,
        r.priority,
        coalesce(r.shares, true) as shares
    from accounts as a
    left join registry as r
        on a.account_id = r.account_id
),

-- The circles of the sharing mode, in the order in which they are exhausted.
-- Who has turned sharing off is in the unwanted circle alone.
-- https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/ri-turn-off.html
share_members as (
    select
        r.payer_account_id,
        r.account_id,
        r.account_group,
        r.priority,
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
