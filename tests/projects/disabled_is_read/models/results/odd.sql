{{ config(enabled='perhaps') }}
select account_id, amount from {{ ref('costs') }}
