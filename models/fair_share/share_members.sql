{{ config(materialized='table', schema='working') }}
{{ require_one_of(
    'sharing.mode',
    var('sharing').mode,
    ['open', 'prioritized', 'restricted', 'owner_only']
    + var('sharing').further_modes
) }}
{{ require_one_of(
    'sharing.ungrouped',
    var('sharing').ungrouped,
    ['organization', 'none']
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
        coalesce(r.has_group, false) as has_group,
        coalesce(r.division, a.account_id) as division,
        r.priority,
        coalesce(r.shares, true) as shares
    from accounts as a
    left join registry as r
        on a.account_id = r.account_id
),

-- The circles of the sharing mode, in the order in which they are exhausted.
-- Who has turned sharing off is in the unwanted circle alone.
-- https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/ri-turn-off.html
circles as (
    select
        c.circle_order,
        c.circle,
        c.divided_by,
        c.lends,
        c.borrows,
        c.is_wanted
    from sharing_circles as c
    where {{ circle_in_force('c') }}
),

share_members as (
    select
        r.payer_account_id,
        r.account_id,
        r.account_group,
        r.priority,
        c.circle_order,
        case c.divided_by
            when 'group' then 'group:' || r.account_group
            when 'division' then 'division:' || r.division
            else c.circle
        end as circle,
        c.lends = 'all' or not r.has_group as lends,
        c.borrows = 'all' or not r.has_group as borrows,
        c.is_wanted
    from registered as r
    inner join circles as c
        on r.shares or not c.is_wanted
)

select * from share_members
