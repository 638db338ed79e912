-- Leading zeros stay, and the account of margins is no account of AWS.
select *
from {{ ref('focus_cost_and_usage') }}
where
    length(sub_account_id) <> 12
    or not {{ has_account_id('sub_account_id') }}
