with

accounts as (
    select * from {{ ref('account_registry') }}
),

-- AWS bills a month by the sharing preferences that stand at the end of its
-- last day, so names, groups and priorities are taken as they stand then.
-- https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/ri-turn-off.html
stg_accounts as (
    select
        a.account_id,
        coalesce(a.name, a.account_id) as account_name,
        coalesce(a."group", a.account_id) as account_group,
        a."group" is not null as has_group,
        coalesce(a.division, a.account_id) as division,
        a.email,
        a.priority,
        coalesce(a.shares, true) as shares
    from accounts as a
    where {{ in_force('a') }}
)

select * from stg_accounts
