{{ config(tags=['money', 'sharing']) }}

select account_id, amount from {{ ref('costs') }}
