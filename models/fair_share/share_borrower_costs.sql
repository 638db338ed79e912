with

moves as (
    select * from {{ ref('share_moves') }}
),

-- What the whole account bears of borrowed commitments, and what its borrowed
-- units would have cost it: on lines that others covered, and of uncovered
-- cost that it gave up.
share_borrower_costs as (
    select
        payer_account_id,
        currency_code,
        pool_key,
        slot,
        account_id,
        {{ amount('still_borrowed_cost + taken_cost') }} as borrower_cost,
        coalesce({{ mul_div(
            'other_covered_value', 'still_borrowed', 'other_covered_units'
        ) }}, {{ zero() }}) as value_of_covered,
        case
            when newly_borrowed > {{ zero() }} then coalesce({{ mul_div(
                amount('offered_cost - kept_cost'),
                'newly_borrowed',
                amount('newly_borrowed + own_use_of_uncovered')
            ) }}, {{ zero() }})
            else {{ zero() }}
        end as value_of_uncovered
    from moves
)

select * from share_borrower_costs
