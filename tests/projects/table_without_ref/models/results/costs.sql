with

lines as (
    select account_id, amount from {{ ref('stg_lines') }}
),

costs as (
    select l.account_id, l.amount
    from lines as l
    inner join stg_lines as s
        on l.account_id = s.account_id
)

select * from costs
