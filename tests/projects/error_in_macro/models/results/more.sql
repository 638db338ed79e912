{{ policy('proportionate') }}
select account_id from {{ ref('stg_lines') }}
