with

pool_line_items as (
    select * from {{ ref('pool_line_items') }}
),

slot_costs as (
    select * from {{ ref('share_slot_costs') }}
),

share_moved_lines as (
    select
        l.*,
        s.slot_account,
        s.own_use_of_covered,
        s.own_use_of_uncovered,
        s.own_cost_of_covered,
        s.own_cost_of_uncovered,
        s.still_borrowed,
        s.newly_borrowed,
        s.still_borrowed_at_cost,
        s.still_borrowed_by_value,
        s.taken_at_cost,
        s.taken_by_value,
        s.taken_cost,
        s.received_uncovered_cost,
        s.offered_cost,
        s.kept_cost
    from pool_line_items as l
    inner join slot_costs as s
        on
            l.payer_account_id = s.payer_account_id
            and l.currency_code = s.currency_code
            and l.pool_key = s.pool_key
            and l.slot = s.slot
            and l.account_id = s.account_id
    where {{ is_moved_line('l', 's') }}
)

select * from share_moved_lines
