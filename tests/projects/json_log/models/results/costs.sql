select account_id from {{ ref('stg_line') }}
