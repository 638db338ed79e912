select account_id from {{ ref('per_factor') }}
