with

metrics as (
    select * from {{ ref('stg_payer_metrics') }}
),

stg_metric_checks as (
    select
        payer_account_id,
        currency_code,
        'net_total' as check_name,
        case when is_net then 'check' else 'warning' end as severity,
        unblended_cost as expected,
        net_cost as actual,
        tolerance,
        case
            when is_net
                then 'net costs of all lines, and what is billed before '
                    || 'discounts'
            else 'net columns are not read: they do not make up what is billed'
        end as note
    from metrics
    where
        is_net
        {%- if var('cost_metric') == 'auto' %}
        or net_value_count > 0
        {%- endif %}

    union all

    select
        payer_account_id,
        currency_code,
        'discounts_on_lines' as check_name,
        'warning' as severity,
        discount_cost as expected,
        discount_cost as actual,
        {{ zero() }} as tolerance,
        'discounts on lines of their own do not follow shared commitments; '
            || 'lines: ' || cast(discount_line_items as varchar) as note
    from metrics
    where
        not is_net
        and discount_line_items > 0
)

select * from stg_metric_checks
