with

account_costs as (
    select * from {{ ref('account_costs') }}
),

service_names as (
    select * from {{ ref('stg_service_names') }}
),

account_customers as (
    select * from {{ ref('stg_account_customers') }}
),

customer_accounts as (
    select * from {{ ref('customer_accounts') }}
),

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

-- Somebody has customers if a row of the seed is in force.
with_customers as (
    select min(c.customer) as customer
    from customer_accounts as c
    where {{ in_force('c') }}
),

unnamed as (
    select
        c.payer_account_id,
        c.currency_code,
        'service_name/' || c.service_code as check_name,
        {{ sum_amount('c.base_cost') }} as amount,
        c.service_code || ' has no name: add it to the seed service_names'
            as note
    from account_costs as c
    inner join service_names as s
        on
            c.service_code = s.service_code
            and not s.is_named
    group by
        c.payer_account_id,
        c.currency_code,
        c.service_code
),

without_customer as (
    select
        c.payer_account_id,
        c.currency_code,
        'customer/' || c.account_id as check_name,
        {{ sum_amount('c.real_cost') }} as amount,
        c.account_id || case
            when max(coalesce(a.customer_count, 0)) > 1
                then ' is claimed by several customers'
            else ' is no customer''s'
        end || ' (seed customer_accounts)' as note
    from account_costs as c
    inner join with_customers as w
        on w.customer is not null
    left join account_customers as a
        on c.account_id = a.account_id
    where
        c.account_id <> '{{ var("margin_account") }}'
        and c.customer is null
    group by
        c.payer_account_id,
        c.currency_code,
        c.account_id
),

{%- for name, column in var('dimensions', {}).items() %}

{{ name }}_values as (
    select
        count(*) as line_count,
        count("{{ name }}") as value_count
    from line_groups
),

{{ name }}_missing as (
    select
        c.payer_account_id,
        c.currency_code,
        'dimension/{{ name }}' as check_name,
        {{ sum_amount('c.base_cost') }} as amount,
        'no line of the month has a value in {{ column }}' as note
    from account_costs as c
    inner join {{ name }}_values as v
        on v.line_count > 0 and v.value_count = 0
    group by
        c.payer_account_id,
        c.currency_code
),
{%- endfor %}

missing as (
    select * from unnamed

    union all

    select * from without_customer

    {%- for name in var('dimensions', {}) %}

    union all

    select * from {{ name }}_missing
    {%- endfor %}
),

-- What people would look for by name and not find.
naming_checks as (
    select
        payer_account_id,
        cast(null as varchar) as invoice_id,
        currency_code,
        check_name,
        'warning' as severity,
        amount as expected,
        amount as actual,
        {{ zero() }} as tolerance,
        note
    from missing
)

select * from naming_checks
