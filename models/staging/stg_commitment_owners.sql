with

report_sums as (
    select * from {{ ref('stg_report_sums') }}
),

owners as (
    select * from {{ ref('commitment_owners') }}
),

registry as (
    select * from {{ ref('stg_accounts') }}
),

accounts_of_bill as (
    select
        payer_account_id,
        account_id
    from report_sums
    group by
        payer_account_id,
        account_id
),

commitments as (
    select
        payer_account_id,
        currency_code,
        commitment_arn,
        min(nullif(split_part(commitment_arn, ':', 5), '')) as arn_account_id,
        coalesce(
            min(case
                when line_item_type in ('RIFee', 'SavingsPlanRecurringFee')
                    then account_id
            end),
            min(case
                when line_item_type in ('Fee', 'SavingsPlanUpfrontFee')
                    then account_id
            end)
        ) as fee_account_id,
        min(account_id) as first_account_id
    from report_sums
    where commitment_arn is not null
    group by
        payer_account_id,
        currency_code,
        commitment_arn
),

-- The whole ARN comes before a pattern, and a longer pattern before a shorter.
by_seed as (
    select
        c.payer_account_id,
        c.currency_code,
        c.commitment_arn,
        o.owner_account_id,
        row_number() over (
            partition by
                c.payer_account_id,
                c.currency_code,
                c.commitment_arn
            order by
                case when o.commitment_arn = c.commitment_arn then 0 else 1 end,
                length(o.commitment_arn) desc,
                o.commitment_arn,
                o.owner_account_id
        ) as position
    from commitments as c
    inner join owners as o
        on
            {{ fits('c.commitment_arn', 'o.commitment_arn') }}
            and {{ in_force('o') }}
),

-- GovCloud accounts are billed through the account that they belong to, and
-- ARNs keep the account of one that has left: where nobody knows the account
-- of the ARN, who bears the fee is the owner.
-- https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-billing.html
known as (
    select
        c.*,
        s.owner_account_id as seed_account_id,
        b.account_id is not null or r.account_id is not null as is_known
    from commitments as c
    left join by_seed as s
        on
            c.payer_account_id = s.payer_account_id
            and c.currency_code = s.currency_code
            and c.commitment_arn = s.commitment_arn
            and s.position = 1
    left join accounts_of_bill as b
        on
            c.payer_account_id = b.payer_account_id
            and c.arn_account_id = b.account_id
    left join registry as r
        on c.arn_account_id = r.account_id
),

stg_commitment_owners as (
    select
        payer_account_id,
        currency_code,
        commitment_arn,
        coalesce(
            seed_account_id,
            case when is_known then arn_account_id end,
            fee_account_id,
            arn_account_id,
            first_account_id
        ) as owner_account_id,
        case
            when seed_account_id is not null then 'seed'
            when is_known then 'arn'
            when fee_account_id is not null then 'fee'
            when arn_account_id is not null then 'arn'
            else 'line'
        end as found_by
    from known
)

select * from stg_commitment_owners
