select account_id, amount from {{ ref('borrowed') }}
