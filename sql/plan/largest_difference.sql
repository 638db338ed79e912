-- By how much the real cost of an account would differ at most
with

sides as (
    {{- before_and_after('account_costs', [
        'account_id', 'currency_code', 'real_cost'
    ]) }}
),

-- What a version published that did not know these columns is no cost here: all
-- of what accounts cost now is a difference then, rather than none of it.
accounts as (
    select coalesce({{ change_of('real_cost') }}, {{ zero() }}) as difference
    from sides
    group by
        account_id,
        currency_code
),

largest as (
    select max(abs(difference)) as difference
    from accounts
    where {{ comes_to_a_cent('difference') }}
)

select
    {{ amount('coalesce(difference, ' ~ zero() ~ ')') }} as largest_difference
from largest
