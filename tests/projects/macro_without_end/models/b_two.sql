select {{ ping(1) }} as one
