select {{ other(1) }} as one
