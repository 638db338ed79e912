-- A category and its part as the specification has them.
select
    c.service_name,
    c.service_category,
    c.service_subcategory
from {{ ref('focus_cost_and_usage') }} as c
left join {{ ref('focus_service_categories') }} as s
    on
        c.service_category = s.service_category
        and c.service_subcategory = s.service_subcategory
where s.service_category is null
