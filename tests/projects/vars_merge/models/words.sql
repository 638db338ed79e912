select
    '{{ var("billing_period") }}' as period,
    '{{ var("sharing").mode }}' as mode,
    '{{ var("sharing").accounts | join(" ") }}' as accounts,
    {{ var("sharing").benefit.borrower }} as borrower,
    {{ var("sharing")["benefit"]["lender"] }} as lender,
    '{{ var("nothing", "a default") }}' as word
