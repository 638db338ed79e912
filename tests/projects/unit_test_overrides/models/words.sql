select
    '{{ var("sharing").mode }}' as mode,
    {{ var("sharing").benefit.borrower }} as borrower,
    {{ var("sharing").benefit.lender }} as lender
