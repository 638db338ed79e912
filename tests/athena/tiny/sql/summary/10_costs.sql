-- Costs: of every payer
select payer_account_id, factor, amount from {{ ref('costs') }} order by payer_account_id
