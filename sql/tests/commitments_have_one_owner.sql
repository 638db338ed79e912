-- Every line that bears a commitment's ARN has its owner, and one owner.
select
    payer_account_id,
    currency_code,
    commitment_arn,
    count(*) as row_count
from {{ ref('stg_line_items') }}
where commitment_arn is not null
group by
    payer_account_id,
    currency_code,
    commitment_arn
having
    min(owner_account_id) <> max(owner_account_id)
    or count(owner_account_id) < count(*)
