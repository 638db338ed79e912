with

line_groups as (
    select * from {{ ref('stg_line_groups') }}
),

names as (
    select * from {{ ref('service_names') }}
),

reported as (
    select
        service_code,
        min(product_name) as product_name
    from line_groups
    group by service_code
),

-- The seed's name, else the report's, else the code: what is sold on AWS
-- Marketplace is named by the report alone.
stg_service_names as (
    select
        r.service_code,
        coalesce(n.service_name, r.product_name, r.service_code)
            as service_name,
        coalesce(n.service_name, r.product_name) is not null as is_named
    from reported as r
    left join names as n
        on r.service_code = n.service_code
)

select * from stg_service_names
