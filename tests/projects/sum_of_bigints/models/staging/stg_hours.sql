select account_id, cast(9223372036854775807 as bigint) as hours from {{ ref('stg_lines') }}
